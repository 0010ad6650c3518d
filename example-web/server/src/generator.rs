//! Other people's work: now and then something changes without this browser's doing.

use std::time::Duration;

use crate::agents::Rename;
use crate::app::App;
use crate::chance::Chance;
use crate::credits::Spend;
use crate::error::ApiError;
use crate::runs::CompleteRun;

/// Half of it happens in the workspace with which the page opens, so that there is something to see.
const WORKSPACES: [&str; 4] = ["ws1", "ws1", "ws2", "ws3"];

/// Writes once in about `every` (half to one and a half of it), through the same functions as the API, until dropped.
pub async fn run(app: App, every: Duration, agents_per_workspace: u32, seed: u64) {
    let mut chance = Chance::new(seed);
    loop {
        tokio::time::sleep(every.mul_f64(0.5 + chance.share())).await;
        if let Err(error) = write_once(&app, &mut chance, agents_per_workspace).await {
            eprintln!("example-server: generator: {error:?}");
        }
    }
}

async fn write_once(app: &App, chance: &mut Chance, agents: u32) -> Result<(), ApiError> {
    let workspace = WORKSPACES[chance.between(0, WORKSPACES.len() as i64) as usize].to_owned();
    match chance.between(0, 10) {
        0 => {
            let number = chance.between(1, i64::from(agents) + 1) as u32;
            let name = chance.agent_name(number);
            app.rename_agent(workspace, format!("a{number}"), Rename { name })
                .await?;
        }
        1 | 2 => {
            let amount = chance.between(5, 250);
            app.spend_credits(
                workspace,
                Spend {
                    amount,
                    agent_id: None,
                },
            )
            .await?;
        }
        _ => {
            app.complete_run(workspace, CompleteRun::default()).await?;
        }
    }
    Ok(())
}
