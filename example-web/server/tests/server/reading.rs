use serde_json::{Value, json};

use crate::support::Running;

fn card<'a>(dashboard: &'a Value, id: &str) -> &'a Value {
    let cards = dashboard["cards"].as_array().unwrap();
    cards.iter().find(|card| card["id"] == id).unwrap()
}

fn sum(points: &[Value], field: &str) -> f64 {
    points
        .iter()
        .map(|point| point[field].as_f64().unwrap())
        .sum()
}

#[tokio::test]
async fn workspaces_are_listed() {
    let server = Running::start(&[]).await;
    let workspaces = server.read("/api/workspaces").await;
    let names: Vec<&Value> = workspaces
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["name"])
        .collect();
    assert_eq!(names, ["Retail", "Logistics", "Research"]);
    assert_eq!(workspaces[0]["agents"], 60);
}

#[tokio::test]
async fn the_cards_agree_with_the_series() {
    let server = Running::start(&[]).await;
    let twice = server.read("/api/series/ws1?timeframe=90d").await["points"]
        .as_array()
        .unwrap()
        .clone();
    for (timeframe, days) in [("7d", 7), ("30d", 30), ("90d", 90)] {
        let dashboard = server
            .read(&format!("/api/dashboard/ws1?timeframe={timeframe}"))
            .await;
        let series = server
            .read(&format!("/api/series/ws1?timeframe={timeframe}"))
            .await;
        let points = series["points"].as_array().unwrap();
        assert_eq!(
            (points.len(), &series["timeframe"]),
            (days, &json!(timeframe))
        );
        assert_eq!(points, &twice[90 - days..]);

        let runs = card(&dashboard, "runs");
        assert_eq!(runs["value"], sum(points, "runs"));
        assert_eq!(runs["sparkline"].as_array().unwrap().len(), days);
        assert_eq!(
            card(&dashboard, "credits_spent")["value"],
            sum(points, "credits")
        );
        let rate = card(&dashboard, "success_rate")["value"].as_f64().unwrap();
        assert!((rate - sum(points, "ok_runs") / sum(points, "runs")).abs() < 1e-12);
        if days <= 45 {
            let before = &twice[90 - 2 * days..90 - days];
            assert_eq!(runs["previous"], sum(before, "runs"));
            let delta = sum(points, "runs") / sum(before, "runs") - 1.0;
            assert!((runs["delta"].as_f64().unwrap() - delta).abs() < 1e-12);
        }
    }
    let default = server.read("/api/dashboard/ws1").await;
    assert_eq!(default["timeframe"], "7d");
}

#[tokio::test]
async fn the_same_seed_gives_the_same_data() {
    let (one, two) = (Running::start(&[]).await, Running::start(&[]).await);
    let other = Running::start(&["--seed", "8"]).await;
    let path = "/api/series/ws2?timeframe=90d";
    assert_eq!(one.read(path).await, two.read(path).await);
    assert_ne!(one.read(path).await, other.read(path).await);
}

#[tokio::test]
async fn pages_cover_every_row_once_in_any_order() {
    let server = Running::start(&[]).await;
    for column in [
        "name",
        "team",
        "status",
        "kind",
        "success_rate",
        "runs",
        "credits_spent",
        "last_run_at_ms",
    ] {
        for sort in [column.to_owned(), format!("-{column}")] {
            let mut rows = Vec::new();
            for page in 1..=4 {
                let path = format!("/api/agents/ws1?page={page}&page_size=17&sort={sort}");
                let answer = server.read(&path).await;
                assert_eq!(
                    (&answer["total"], &answer["page"], &answer["page_size"]),
                    (&json!(60), &json!(page), &json!(17))
                );
                rows.extend(answer["rows"].as_array().unwrap().clone());
            }
            let mut ids: Vec<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!((rows.len(), ids.len()), (60, 60), "{sort}");
            let in_order = rows.windows(2).all(|pair| {
                let (left, right) = (&pair[0][column], &pair[1][column]);
                let ascending = match (left.as_f64(), right.as_f64()) {
                    (Some(left), Some(right)) => left.total_cmp(&right),
                    _ => left
                        .as_str()
                        .unwrap()
                        .to_lowercase()
                        .cmp(&right.as_str().unwrap().to_lowercase()),
                };
                if sort.starts_with('-') {
                    ascending.is_ge()
                } else {
                    ascending.is_le()
                }
            });
            assert!(in_order, "{sort}");
        }
    }
    let beyond = server.read("/api/agents/ws1?page=9").await;
    assert_eq!(
        (&beyond["rows"], &beyond["total"]),
        (&json!([]), &json!(60))
    );
}

#[tokio::test]
async fn filters_narrow_the_table() {
    let server = Running::start(&[]).await;
    let all = server.read("/api/agents/ws1?page_size=60").await["rows"]
        .as_array()
        .unwrap()
        .clone();
    for (query, keeps) in [
        (
            "status=paused",
            (|row: &Value| row["status"] == "paused") as fn(&Value) -> bool,
        ),
        ("status=all", |_| true),
        ("team=Customer%20care", |row| row["team"] == "Customer care"),
        ("search=PLANNER", |row| {
            row["name"].as_str().unwrap().contains("planner")
        }),
        ("search=a17", |row| row["id"] == "a17"),
        ("search=%25", |_| false),
        ("search=_", |_| false),
        ("search=", |_| true),
        ("status=active&search=er", |row| {
            row["status"] == "active" && row["name"].as_str().unwrap().contains("er")
        }),
    ] {
        let page = server
            .read(&format!("/api/agents/ws1?page_size=60&{query}"))
            .await;
        let expected: Vec<&Value> = all.iter().filter(|row| keeps(row)).collect();
        let rows: Vec<&Value> = page["rows"].as_array().unwrap().iter().collect();
        assert_eq!(rows, expected, "{query}");
        assert_eq!(page["total"], expected.len(), "{query}");
    }
}

#[tokio::test]
async fn one_agent_has_its_runs_newest_first() {
    let server = Running::start(&[]).await;
    let agent = server.read("/api/agents/ws1/a17").await;
    assert_eq!(
        (&agent["id"], &agent["workspace_id"]),
        (&json!("a17"), &json!("ws1"))
    );
    let runs = agent["recent_runs"].as_array().unwrap();
    assert_eq!(runs[0]["finished_at_ms"], agent["last_run_at_ms"]);
    assert!(
        runs.windows(2)
            .all(|pair| pair[0]["finished_at_ms"].as_i64() >= pair[1]["finished_at_ms"].as_i64())
    );
}

#[tokio::test]
async fn what_does_not_exist_is_refused_in_words() {
    let server = Running::start(&[]).await;
    for (path, status, code, word) in [
        ("/api/dashboard/ws9", 404, "unknown_workspace", "\"ws9\""),
        ("/api/series/ws9", 404, "unknown_workspace", "\"ws9\""),
        ("/api/agents/ws9", 404, "unknown_workspace", "\"ws9\""),
        ("/api/activity/ws9", 404, "unknown_workspace", "\"ws9\""),
        ("/api/agents/ws1/a99", 404, "unknown_agent", "\"a99\""),
        (
            "/api/dashboard/ws1?timeframe=8d",
            400,
            "invalid_timeframe",
            "7d, 30d or 90d",
        ),
        (
            "/api/series/ws1?timeframe=",
            400,
            "invalid_timeframe",
            "\"\"",
        ),
        ("/api/agents/ws1?page=0", 400, "invalid_parameter", "page 0"),
        ("/api/agents/ws1?page=-1", 400, "invalid_parameter", "page"),
        (
            "/api/agents/ws1?page_size=5001",
            400,
            "invalid_parameter",
            "1 to 5000",
        ),
        (
            "/api/agents/ws1?status=asleep",
            400,
            "invalid_parameter",
            "\"asleep\"",
        ),
        (
            "/api/agents/ws1?sort=name;drop",
            400,
            "invalid_parameter",
            "\"name;drop\"",
        ),
        (
            "/api/activity/ws1?limit=0",
            400,
            "invalid_parameter",
            "limit 0",
        ),
        ("/api/nothing", 404, "unknown_route", "/api/nothing"),
        ("/api/runs/ws1", 405, "wrong_method", "GET"),
    ] {
        let response = server.get(path).await;
        let (got, body) = (
            response.status().as_u16(),
            response.json::<Value>().await.unwrap(),
        );
        assert_eq!(
            (got, &body["error"]["code"]),
            (status, &json!(code)),
            "{path}"
        );
        let message = body["error"]["message"].as_str().unwrap();
        assert!(message.contains(word), "{path}: {message}");
    }
}
