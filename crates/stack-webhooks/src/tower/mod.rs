//! Lets in messages that are signed and new, on any server that stands on tower.

mod layer;
mod service;

pub use layer::WebhookLayer;
pub use service::WebhookService;
