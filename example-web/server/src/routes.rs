//! The API over HTTP.

use std::time::Duration;

use axum::extract::{OriginalUri, Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

use crate::activity;
use crate::agent_detail::{self, AgentDetail};
use crate::agents::{self, Rename};
use crate::app::App;
use crate::credits::{Spend, Spent};
use crate::dashboard::{self, Dashboard};
use crate::error::{ApiError, Body, Params};
use crate::runs::{CompleteRun, Run};
use crate::series::{self, Series};
use crate::timeframe::{Timeframe, now_ms};
use crate::workspaces::{self, Workspace};

type Answer<T> = Result<Json<T>, ApiError>;

/// `/api`, `/healthz` and the live stream. `latency` is slept before each answer of the API, for demonstrations.
pub fn router(app: App, latency: Duration) -> Router {
    let live = app.hub().router();
    let api = Router::new()
        .route("/workspaces", get(list_workspaces))
        .route("/dashboard/{workspace}", get(read_dashboard))
        .route("/series/{workspace}", get(read_series))
        .route("/agents/{workspace}", get(list_agents))
        .route(
            "/agents/{workspace}/{id}",
            get(read_agent).merge(patch(rename_agent)),
        )
        .route("/activity/{workspace}", get(list_activity))
        .route("/runs/{workspace}", post(complete_run))
        .route("/credits/{workspace}", post(spend_credits))
        .fallback(unknown_route)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn(move |request, next| {
            answer_late(latency, request, next)
        }));
    Router::new()
        .nest("/api", api)
        .route("/healthz", get(health))
        .with_state(app)
        .merge(live)
}

async fn answer_late(latency: Duration, request: Request, next: Next) -> Response {
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let mut response = next.run(request).await;
    // The page's cache is the only one: a copy on the way would answer a refetch with what it was meant to replace.
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn unknown_route(OriginalUri(uri): OriginalUri) -> ApiError {
    ApiError::not_found(
        "unknown_route",
        format!("there is nothing at {}", uri.path()),
    )
}

async fn wrong_method(OriginalUri(uri): OriginalUri, request: Request) -> ApiError {
    ApiError::wrong_method(format!(
        "{} is not possible at {}",
        request.method(),
        uri.path()
    ))
}

async fn health(State(app): State<App>) -> impl IntoResponse {
    let body = json!({ "status": "ok", "live": app.hub().stats() });
    ([(header::CACHE_CONTROL, "no-store")], Json(body))
}

#[derive(Deserialize)]
struct TimeframeParams {
    timeframe: Option<String>,
}

async fn list_workspaces(State(app): State<App>) -> Answer<Vec<Workspace>> {
    app.read(workspaces::list).await.map(Json)
}

async fn read_dashboard(
    State(app): State<App>,
    Path(workspace): Path<String>,
    Params(params): Params<TimeframeParams>,
) -> Answer<Dashboard> {
    let timeframe = Timeframe::parse(params.timeframe.as_deref())?;
    app.read(move |db| dashboard::read(db, &workspace, timeframe, now_ms()))
        .await
        .map(Json)
}

async fn read_series(
    State(app): State<App>,
    Path(workspace): Path<String>,
    Params(params): Params<TimeframeParams>,
) -> Answer<Series> {
    let timeframe = Timeframe::parse(params.timeframe.as_deref())?;
    app.read(move |db| series::read(db, &workspace, timeframe, now_ms()))
        .await
        .map(Json)
}

async fn list_agents(
    State(app): State<App>,
    Path(workspace): Path<String>,
    Params(params): Params<agents::ListParams>,
) -> Answer<agents::Page> {
    app.read(move |db| agents::list(db, &workspace, &params))
        .await
        .map(Json)
}

async fn read_agent(
    State(app): State<App>,
    Path((workspace, id)): Path<(String, String)>,
) -> Answer<AgentDetail> {
    app.read(move |db| agent_detail::detail(db, &workspace, &id))
        .await
        .map(Json)
}

async fn rename_agent(
    State(app): State<App>,
    Path((workspace, id)): Path<(String, String)>,
    Body(wanted): Body<Rename>,
) -> Answer<agents::Agent> {
    app.rename_agent(workspace, id, wanted).await.map(Json)
}

async fn list_activity(
    State(app): State<App>,
    Path(workspace): Path<String>,
    Params(params): Params<activity::ListParams>,
) -> Answer<Vec<activity::Entry>> {
    app.read(move |db| activity::list(db, &workspace, &params))
        .await
        .map(Json)
}

async fn complete_run(
    State(app): State<App>,
    Path(workspace): Path<String>,
    Body(wanted): Body<CompleteRun>,
) -> Result<(StatusCode, Json<Run>), ApiError> {
    Ok((
        StatusCode::CREATED,
        Json(app.complete_run(workspace, wanted).await?),
    ))
}

async fn spend_credits(
    State(app): State<App>,
    Path(workspace): Path<String>,
    Body(wanted): Body<Spend>,
) -> Result<(StatusCode, Json<Spent>), ApiError> {
    Ok((
        StatusCode::CREATED,
        Json(app.spend_credits(workspace, wanted).await?),
    ))
}
