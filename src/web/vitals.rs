//! `/readyz` and `/metrics`: how the program is, for whoever runs it.
//!
//! Owns: what is answered, and that only the machine itself and its network may ask: a request that a proxy has passed on
//! comes from the public name of the links, and finds nothing here.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use super::Vitals;

/// The Prometheus text format (<https://prometheus.io/docs/instrumenting/exposition_formats/>).
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What proxies write on what they pass on.
const FORWARDED: [&str; 3] = ["x-forwarded-for", "forwarded", "x-real-ip"];

pub(super) fn routes(vitals: Arc<dyn Vitals>) -> Router {
    Router::new()
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .layer(from_fn(only_direct))
        .with_state(vitals)
}

async fn only_direct(request: Request, next: Next) -> Response {
    if FORWARDED.iter().any(|name| request.headers().contains_key(*name)) {
        return StatusCode::NOT_FOUND.into_response();
    }
    next.run(request).await
}

async fn ready(State(vitals): State<Arc<dyn Vitals>>) -> Response {
    let fixed = [(header::CACHE_CONTROL, "no-store"), (header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    match vitals.ready().await {
        Ok(()) => (StatusCode::OK, fixed, "ready\n").into_response(),
        Err(reasons) => {
            let line = |reason: &String| {
                let plain: String = reason.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
                format!("{plain}\n")
            };
            (StatusCode::SERVICE_UNAVAILABLE, fixed, reasons.iter().map(line).collect::<String>()).into_response()
        }
    }
}

async fn metrics(State(vitals): State<Arc<dyn Vitals>>) -> Response {
    let fixed = [(header::CACHE_CONTROL, "no-store"), (header::CONTENT_TYPE, TEXT_FORMAT)];
    (fixed, vitals.metrics().await).into_response()
}
