//! The streams: as little work for each as can be.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{Instant, timeout};

use crate::servers::{Server, marker};

/// Connections that are being made at a time.
const AT_ONCE: usize = 64;
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Clients {
    count: usize,
    heard: mpsc::UnboundedReceiver<(usize, Instant)>,
    early: HashMap<usize, Vec<Instant>>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Clients {
    pub async fn connect(server: &Server, count: usize) -> Self {
        let (sender, heard) = mpsc::unbounded_channel();
        let gate = Arc::new(Semaphore::new(AT_ONCE));
        let (opened, mut open) = mpsc::channel(count);
        let tasks = (0..count).map(|number| {
            let (gate, sender, opened) = (Arc::clone(&gate), sender.clone(), opened.clone());
            let (address, request) = (server.address, server.request(number));
            tokio::spawn(async move {
                let permit = gate.acquire_owned().await.expect("an open gate");
                let mut socket = TcpStream::connect(address).await.expect("a connection");
                socket
                    .write_all(request.as_bytes())
                    .await
                    .expect("a request sent");
                let mut chunk = [0; 2_048];
                let length = socket.read(&mut chunk).await.expect("an answer");
                assert!(
                    chunk[..length].starts_with(b"HTTP/1.1 200"),
                    "{}",
                    String::from_utf8_lossy(&chunk[..length])
                );
                drop(permit);
                let _ = opened.send(()).await;
                listen(socket, sender).await;
            })
        });
        let tasks = tasks.collect();
        for _ in 0..count {
            let next = timeout(PATIENCE, open.recv()).await;
            next.expect("a stream in time").expect("a stream");
        }
        Self {
            count,
            heard,
            early: HashMap::new(),
            tasks,
        }
    }

    /// When each of them has heard an event.
    pub async fn heard(&mut self, number: usize) -> Vec<Instant> {
        let mut times = self.early.remove(&number).unwrap_or_default();
        while times.len() < self.count {
            let next = timeout(PATIENCE, self.heard.recv()).await;
            let (event, at) = next.expect("an event in time").expect("a client");
            match event == number {
                true => times.push(at),
                false => self.early.entry(event).or_default().push(at),
            }
        }
        times
    }
}

impl Drop for Clients {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn listen(mut socket: TcpStream, heard: mpsc::UnboundedSender<(usize, Instant)>) {
    let mut unread: Vec<u8> = Vec::new();
    let mut chunk = [0; 4_096];
    let mut next = 0;
    while let Ok(length @ 1..) = socket.read(&mut chunk).await {
        unread.extend_from_slice(&chunk[..length]);
        // In order and without gaps, or this waits for ever and the run fails.
        loop {
            let wanted = marker(next);
            let found = unread
                .windows(wanted.len())
                .position(|window| window == wanted.as_bytes());
            let Some(at) = found else { break };
            unread.drain(..at + wanted.len());
            if heard.send((next, Instant::now())).is_err() {
                return;
            }
            next += 1;
        }
        let keep = marker(0).len().min(unread.len());
        unread.drain(..unread.len() - keep);
    }
}
