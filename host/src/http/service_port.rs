//! A service's own port: one route, the one its analyzer describes.
//!
//! The route is looked up when a request comes in, since a swap may change it while the port stays open.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::Response;

use super::body::refuse;
use super::gateway_port::analyze_with;
use super::problem::{Code, Problem};
use crate::analysis::ServiceName;
use crate::gateway::{Error, Gateway};
use crate::registry::Backend;

/// What a service's port knows: the gateway, and whose port it is.
#[derive(Clone)]
struct Owner {
    gateway: Arc<Gateway>,
    name: ServiceName,
}

/// The one route of a service's port.
pub fn router(gateway: Arc<Gateway>, name: ServiceName) -> Router {
    Router::new().fallback(serve).with_state(Owner { gateway, name })
}

async fn serve(State(owner): State<Owner>, request: Request) -> Response {
    let route = match owner.route() {
        Ok(route) => route,
        Err(error) => return refuse(request, Problem::of(&error, owner.name.as_str())),
    };
    if request.uri().path() != route {
        let detail = format!("There is no such route on this port; `{}` answers POST {route}.", owner.name);
        return refuse(request, Problem::new(Code::UnknownRoute, detail));
    }
    if request.method() != Method::POST {
        return refuse(request, Problem::method("POST"));
    }
    analyze_with(&owner.gateway, owner.name.as_str(), request).await
}

impl Owner {
    fn route(&self) -> Result<String, Error> {
        let snapshot = self.gateway.services()?;
        match snapshot.service(self.name.as_str()).map(|service| &service.backend) {
            Some(Backend::Plugin(plugin)) => Ok(plugin.description().path.to_string()),
            // Only for the moment until the port is closed.
            Some(Backend::Remote(_)) | None => Err(Error::UnknownService),
        }
    }
}
