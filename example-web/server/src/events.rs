//! What the server tells browsers after a write: the domain event, not the keys. Which queries it concerns is for the
//! page's rules to say.

use std::collections::BTreeMap;

use ferroquery_hub::{Inv, Mode, Op};

/// Something that happened to an agent of a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainEvent {
    name: &'static str,
    workspace_id: String,
    agent_id: String,
}

impl DomainEvent {
    /// A run ended, well or badly.
    pub fn run_completed(workspace: &str, agent: &str) -> Self {
        Self::new("agent.run.completed", workspace, agent)
    }

    /// An agent has another name.
    pub fn agent_renamed(workspace: &str, agent: &str) -> Self {
        Self::new("agent.renamed", workspace, agent)
    }

    /// An agent spent credits.
    pub fn credits_spent(workspace: &str, agent: &str) -> Self {
        Self::new("credits.spent", workspace, agent)
    }

    fn new(name: &'static str, workspace: &str, agent: &str) -> Self {
        Self {
            name,
            workspace_id: workspace.to_owned(),
            agent_id: agent.to_owned(),
        }
    }

    /// The event as the live protocol carries it.
    pub fn into_inv(self) -> Inv {
        let args = BTreeMap::from([
            ("workspace_id".to_owned(), self.workspace_id),
            ("agent_id".to_owned(), self.agent_id),
        ]);
        let ops = vec![Op::Event {
            name: self.name.to_owned(),
            args,
        }];
        Inv {
            ops,
            mode: Mode::Refetch,
            src: None,
            spread_ms: None,
        }
    }
}
