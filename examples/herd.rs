//! A herd: 100,000 clients with five watched queries each lose a hub that comes back after five seconds with its history
//! gone, so that all of them must fetch everything again. Draws how many refetches that makes in each second.
//!
//! `npm run herd` writes docs/herd.svg. Each client is the real connection and the real engine on a virtual clock.

use std::fmt::Write;

use ferroquery::engine::core::Engine;
use ferroquery::engine::effect::Effect;
use ferroquery::engine::fetch::{Environment, NetworkMode};
use ferroquery::engine::live::{Answer, Config, Live, Output};
use ferroquery::engine::observer::{Options, Refetch, Setting};
use ferroquery::engine::protocol::{Hello, Message, Reset, ResetReason, VERSION};
use ferroquery::engine::query::Scalars;
use ferroquery::engine::random::Random;

const CLIENTS: u32 = 100_000;
const QUERIES: u32 = 5;
const DOWN_MS: f64 = 5_000.0;
/// A request to a hub that is down fails after so long.
const REFUSED_MS: f64 = 20.0;
const SECONDS: usize = 75;
const HERE: Environment = Environment {
    focused: true,
    online: true,
    server: false,
};

/// How clients come back.
struct Manner {
    name: &'static str,
    color: &'static str,
    /// Tries at this interval, as EventSource does; `None`: backoff with full jitter.
    fixed_ms: Option<f64>,
    spread_ms: u64,
}

const MANNERS: [Manner; 3] = [
    Manner {
        name: "fixed retry, no spread",
        color: "#c92a2a",
        fixed_ms: Some(3_000.0),
        spread_ms: 0,
    },
    Manner {
        name: "backoff with jitter, no spread",
        color: "#e67700",
        fixed_ms: None,
        spread_ms: 0,
    },
    Manner {
        name: "backoff with jitter, spread of 30 s",
        color: "#2b8a3e",
        fixed_ms: None,
        spread_ms: 30_000,
    },
];

fn main() {
    let mut rows = Vec::new();
    for manner in &MANNERS {
        let mut seconds = vec![0_u32; SECONDS];
        for client in 0..CLIENTS {
            let back = comes_back(manner, client);
            for at in fetches(manner.spread_ms, back, client) {
                if let Some(count) = seconds.get_mut((at / 1_000.0) as usize) {
                    *count += 1;
                }
            }
        }
        let peak = seconds.iter().max().copied().unwrap_or_default();
        let all: u32 = seconds.iter().sum();
        eprintln!("{}: peak {peak}/s, {all} in all", manner.name);
        assert_eq!(all, CLIENTS * QUERIES, "a refetch is missing");
        rows.push((manner, seconds, peak));
    }
    println!("{}", draw(&rows));
}

/// When a client that lost the hub at 0 has its stream again, in ms.
fn comes_back(manner: &Manner, client: u32) -> f64 {
    if let Some(every) = manner.fixed_ms {
        return (DOWN_MS / every).ceil() * every;
    }
    let config = Config {
        cursor: Some("e1.7".into()),
        ..Config::default()
    };
    let mut live = Live::new(config, u64::from(client));
    live.connect(0.0);
    while live.poll_output().is_some() {}
    live.handle_response(stream(), 0.0);
    live.handle_closed(None, 0.0);
    let mut now = 0.0;
    loop {
        while let Some(output) = live.poll_output() {
            if let Output::Connect { .. } = output {
                if now >= DOWN_MS {
                    return now;
                }
                now += REFUSED_MS;
                live.handle_closed(Some("refused"), now);
            }
        }
        now = live.deadline().expect("a next attempt");
        live.handle_timeout(now);
    }
}

/// When the watched queries of a client are fetched that hears of the reset at `back`.
fn fetches(spread_ms: u64, back: f64, client: u32) -> Vec<f64> {
    let config = Config {
        cursor: Some("e1.7".into()),
        ..Config::default()
    };
    let mut live = Live::new(config, u64::from(client));
    let mut page = Page::new(client);
    live.connect(back);
    while live.poll_output().is_some() {}
    live.handle_response(stream(), back);
    live.handle_bytes(greeting(spread_ms).as_bytes(), back);
    while let Some(output) = live.poll_output() {
        if let Output::ApplyReset {
            scope, spread_ms, ..
        } = output
        {
            page.engine.read_clock(back);
            let pending = page.engine.apply_reset(&scope, spread_ms, back);
            page.drain(pending, back);
        }
    }
    while let Some(at) = page.armed.take() {
        let pending = page.engine.fire(at, at, HERE);
        page.drain(pending, at);
    }
    page.fetched
}

fn stream() -> Answer<'static> {
    Answer {
        status: 200,
        content_type: "text/event-stream",
        ..Answer::default()
    }
}

fn greeting(spread_ms: u64) -> String {
    let hello = Message::Hello(Hello {
        v: VERSION,
        epoch: "e2".into(),
        hb_ms: 15_000,
        retry_ms: 0,
        jitter_ms: 0,
        exp: None,
    });
    let reset = Message::Reset(Reset::everything(ResetReason::Epoch, spread_ms));
    hello.frame(None) + &reset.frame(Some("e2.0"))
}

/// Five watched queries with data.
struct Page {
    engine: Engine,
    armed: Option<f64>,
    fetched: Vec<f64>,
}

impl Page {
    fn new(client: u32) -> Page {
        // The first numbers of seeds that follow each other are alike.
        let seed = (Random::new(u64::from(client)).unit() * 1e15) as u64;
        let mut page = Page {
            engine: Engine::new(seed),
            armed: None,
            fetched: Vec::new(),
        };
        for number in 0..QUERIES {
            let symbol = page.engine.intern(number.to_string().as_bytes(), true);
            let query = page.engine.create(Scalars::default(), 0);
            page.engine.index(query, &[symbol], true, true);
            page.engine.write(query, true, 0.0, true);
            page.engine.watch(query, options(), false, 0.0);
        }
        page
    }

    fn drain(&mut self, pending: bool, now: f64) {
        if !pending {
            return;
        }
        loop {
            match self.engine.next() {
                Effect::Done => return,
                Effect::Fetch(query) => {
                    self.fetched.push(now);
                    self.engine
                        .start_fetch(query, NetworkMode::Online, false, HERE);
                    self.drain(true, now);
                }
                Effect::Arm(delay) => self.armed = Some(now + delay),
                _ => {}
            }
        }
    }
}

fn options() -> Options {
    Options {
        enabled: Options::unpack(1, 0.0, 0.0).enabled,
        stale_time: Setting::Constant(f64::INFINITY),
        on_mount: Setting::Constant(Refetch::IfStale),
        on_focus: Setting::Constant(Refetch::IfStale),
        on_reconnect: Setting::Constant(Refetch::IfStale),
        retry_on_mount: Setting::Constant(true),
        interval: Setting::Constant(0.0),
        interval_in_background: false,
        suspense: false,
        skips_cache: false,
        early: 0.0,
    }
}

fn draw(rows: &[(&Manner, Vec<u32>, u32)]) -> String {
    const WIDTH: f64 = 720.0;
    const HEIGHT: f64 = 130.0;
    let total = rows.len() as f64 * (HEIGHT + 60.0) + 50.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 820 {total}\" font-family=\"sans-serif\" font-size=\"13\" role=\"img\">\n\
         <title>Refetches per second after a restart</title>\n<rect width=\"820\" height=\"{total}\" fill=\"#fff\"/>\n"
    );
    let mut line = |text: String| {
        // Writing to memory succeeds.
        let _ = writeln!(svg, "{text}");
    };
    for (at, (manner, seconds, peak)) in rows.iter().enumerate() {
        let top = 40.0 + at as f64 * (HEIGHT + 60.0);
        let bottom = top + HEIGHT;
        let scale = HEIGHT / f64::from(*peak);
        line(format!(
            "<text x=\"60\" y=\"{}\" font-weight=\"bold\">{}: at most {peak} refetches in a second</text>",
            top - 10.0,
            manner.name
        ));
        let step = WIDTH / SECONDS as f64;
        for (second, count) in seconds.iter().enumerate().filter(|row| *row.1 > 0) {
            let height = (f64::from(*count) * scale).max(0.5);
            line(format!(
                "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\" fill=\"{}\"/>",
                60.0 + second as f64 * step,
                bottom - height,
                step - 1.0,
                manner.color
            ));
        }
        line(format!(
            "<path d=\"M60 {top}V{bottom}H{}\" fill=\"none\" stroke=\"#555\"/>",
            60.0 + WIDTH
        ));
        for second in (0..=SECONDS).step_by(15) {
            let x = 60.0 + second as f64 * step;
            line(format!(
                "<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\" fill=\"#555\">{second} s</text>",
                bottom + 17.0
            ));
        }
    }
    line(format!(
        "<text x=\"60\" y=\"{}\" fill=\"#555\">{CLIENTS} clients, {QUERIES} watched queries each; the hub is gone from 0 to {} s and comes back without its history</text>",
        total - 18.0,
        DOWN_MS / 1_000.0
    ));
    svg + "</svg>"
}
