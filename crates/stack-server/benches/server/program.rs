//! Programs that serve: the server itself, and the handlers written by hand.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{
    by_hand,
    load::{Connection, Request},
    scene::{PUBLIC_URL, SECRET, Scene},
};

/// How long a program may take until it serves.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that serves, until it is dropped.
pub struct Program {
    child: Child,
    pub address: SocketAddr,
    /// How long it took from its start to its first answer.
    pub started_in: Duration,
}

impl Program {
    /// The server, without limits to what may be tried.
    pub async fn server(scene: &Scene) -> Result<Self> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stack-server"));
        command
            .current_dir(&scene.folder)
            .env_clear()
            .env("RUST_LOG", "error")
            .env("STACK_DATABASE_URL", &scene.url)
            .env("STACK_SERVER_SECRET", SECRET)
            .env("STACK_RATE_LIMITS", "off")
            .env("NEXT_PUBLIC_STACK_API_URL", PUBLIC_URL);
        Self::start(command, "STACK_LISTEN", scene).await
    }

    /// The handlers written by hand. They accept what the server has signed.
    pub async fn by_hand(scene: &Scene, server: &Self) -> Result<Self> {
        let path = format!("/api/v1/projects/{}/.well-known/jwks.json", scene.project);
        let request = Request {
            method: "GET",
            path,
            headers: Vec::new(),
            body: bytes::Bytes::new(),
        };
        let keys = Connection::open(server.address).await?.send(&request).await?;
        let settings = scene.settings_by_hand(&serde_json::from_slice(&keys)?);
        let mut command = Command::new(std::env::current_exe()?);
        command.env(by_hand::SETTINGS, settings.to_string());
        Self::start(command, by_hand::LISTEN, scene).await
    }

    async fn start(mut command: Command, listen: &str, scene: &Scene) -> Result<Self> {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = free.local_addr()?;
        drop(free);
        command
            .env(listen, address.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let start = Instant::now();
        let child = command.spawn().context("can't start a program")?;
        let mut program = Self {
            child,
            address,
            started_in: Duration::ZERO,
        };
        let request = scene.current_user(0);
        loop {
            if let Ok(mut connection) = Connection::open(address).await {
                connection.send(&request).await.context("the first request fails")?;
                break;
            }
            if let Some(status) = program.child.try_wait()? {
                bail!("a program has ended before it served: {status}");
            }
            if start.elapsed() > PATIENCE {
                bail!("a program doesn't serve");
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        program.started_in = start.elapsed();
        Ok(program)
    }

    /// How much memory is resident, in bytes; `None` where the system doesn't say.
    pub fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
        Some(kibibytes * 1024)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
