//! A service's own port: one route, the one its analyzer describes.
//!
//! The route is looked up when a request comes in, since a swap may change it while the port stays open.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;
use hyper::body::Incoming;

use super::body::refuse;
use super::gateway_port::analyze_with;
use super::listener::Responder;
use super::problem::{Code, Problem};
use crate::analysis::ServiceName;
use crate::gateway::{Error, Gateway};
use crate::registry::Backend;

/// Answers at a service's own port.
#[derive(Clone)]
pub struct ServicePort {
    gateway: Arc<Gateway>,
    name: ServiceName,
}

impl ServicePort {
    /// The port of the service of this name.
    pub fn new(gateway: Arc<Gateway>, name: ServiceName) -> Self {
        Self { gateway, name }
    }
}

impl Responder for ServicePort {
    async fn respond(self, request: hyper::Request<Incoming>) -> Response {
        let request: Request = request.map(Body::new);
        let found = self.gateway.service(self.name.as_str()).and_then(|service| match &service.backend {
            Backend::Plugin(plugin) => Ok((Arc::clone(plugin), service)),
            // Only for the moment until the port is closed.
            Backend::Remote(_) => Err(Error::UnknownService),
        });
        let (plugin, service) = match found {
            Ok(found) => found,
            Err(error) => return refuse(request, Problem::of(&error, self.name.as_str())),
        };
        let route = plugin.description().path.as_str();
        if request.uri().path() != route {
            let detail =
                format!("There is no such route on this port; `{}` answers POST {route}.", self.name);
            return refuse(request, Problem::new(Code::UnknownRoute, detail));
        }
        if request.method() != Method::POST {
            return refuse(request, Problem::method("POST"));
        }
        analyze_with(&self.gateway, &service, request).await
    }
}
