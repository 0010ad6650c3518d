use serde_json::{Value, json};

/// Tells browsers what is stale; returns the event's id.
async fn publish(ops: Value) -> Result<String, Box<dyn std::error::Error>> {
    let answer = reqwest::Client::new()
        .post(format!("{}/inv/v1/publish", std::env::var("HUB_URL")?))
        .bearer_auth(std::env::var("HUB_TOKEN")?)
        .json(&json!({ "ops": ops, "mode": "refetch" }))
        .send()
        .await?;
    let answer: Value = answer.error_for_status()?.json().await?;
    Ok(answer["id"].as_str().unwrap_or_default().to_owned())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    publish(json!([{ "k": "tag", "t": "workspace:ws1" }])).await?;
    Ok(())
}
