//! HTTP: listeners, routes, wire shapes, and the one table from errors to answers.
//!
//! A request comes in at a `listener`, is routed by the gateway's port or a service's, asks the
//! [`crate::gateway`], and leaves as JSON in one of the shapes of `wire` or as a `problem`. axum, hyper
//! and the serde types of the wire appear here and nowhere else.

mod batch;
mod body;
mod documents;
mod gateway_port;
mod lines;
mod listener;
mod openapi;
mod pages;
mod problem;
mod service_port;
mod service_ports;
mod stream;
mod wire;

pub use documents::{Asked, Patience};
pub use gateway_port::router as gateway_router;
pub use listener::{Listener, Responder, Server};
pub use problem::Problem;
pub use service_port::ServicePort;
pub use service_ports::{PortError, PortPlan, ServicePorts};
pub use wire::{
    GuestOutput, Item, Language, Offsets, Question, WrongLanguage, analysis_json, description_json,
    service_json,
};
