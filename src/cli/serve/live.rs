//! `mailtrail serve`: its beginning and its end.

use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::watch;

use super::super::exit::Exit;
use super::super::options::{Environment, Usage, sources};
use super::super::say;
use super::args::ServeArgs;
use super::door::Door;
use super::logs::Logs;
use super::{answer, api, listen, pages};

/// Threads for questions and for reading; readings have threads of their own beside.
const BLOCKING: usize = 6;

/// Runs it.
pub(in crate::cli) fn run(args: &ServeArgs, env: &Environment) -> anyhow::Result<Exit> {
    check(args, env)?;
    let door = Door::new(args)?;
    let runtime = Builder::new_current_thread().enable_all().max_blocking_threads(BLOCKING).build()?;
    let done = runtime.block_on(serve(args, env, door));
    // A reading that goes on is not waited for.
    runtime.shutdown_background();
    done.map(|()| Exit::Done)
}

/// What can be seen to be wrong before anything is read.
fn check(args: &ServeArgs, env: &Environment) -> Result<(), Usage> {
    if args.read.manifest.is_some() || args.read.rejects.is_some() {
        let what = "serve reads again and again; --manifest and --rejects go with verbs that read once";
        return Err(Usage(what.to_owned()));
    }
    if args.read.paths.iter().any(|path| path.as_os_str() == "-") {
        return Err(Usage("standard input cannot be read again; name a file or a folder".to_owned()));
    }
    if args.read.paths.is_empty() {
        sources(&args.read, env)?;
    }
    Ok(())
}

async fn serve(args: &ServeArgs, env: &Environment, door: Door) -> anyhow::Result<()> {
    let mut end = End::new()?;
    let listener = TcpListener::bind(args.listen).await;
    let listener = listener.with_context(|| format!("--listen {}: cannot listen there", args.listen))?;
    let address = listener.local_addr()?;
    let logs = Arc::new(Logs::new(args.clone(), env, door.at(address)));
    let (stop, stopped) = watch::channel(false);
    let answering = tokio::spawn(listen::answer(listener, router(&logs), stopped));
    let begun = tokio::select! {
        begun = logs.begin() => Some(begun?),
        () = end.asked() => None,
    };
    if let Some(begun) = begun {
        if !args.read.quiet {
            say(&format!("mailtrail: serving on http://{address}/ ; Ctrl-C ends it"));
        }
        tokio::select! {
            () = Arc::clone(&logs).keep(begun) => {}
            () = end.asked() => {}
        }
    }
    stop.send(true).unwrap_or_default();
    answering.await.unwrap_or_default();
    Ok(())
}

fn router(logs: &Arc<Logs>) -> Router {
    Router::new()
        .route("/", get(pages::report))
        .route("/style.css", get(pages::style))
        .route("/messages", get(pages::messages))
        .route("/message", get(pages::message))
        .route("/record", get(pages::record))
        .route("/api/state", get(api::state))
        .route("/api/report", get(api::report))
        .route("/api/findings", get(api::findings))
        .route("/api/messages", get(api::messages))
        .route("/api/message", get(api::message))
        .route("/api/record", get(api::record))
        .fallback(pages::nothing)
        .layer(from_fn_with_state(Arc::clone(logs), answer::guard))
        .with_state(Arc::clone(logs))
}

/// The end that somebody asks for.
struct End {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl End {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            terminate: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?,
        })
    }

    /// Waits for Ctrl-C, or for the system to ask.
    async fn asked(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(not(unix))]
        drop(tokio::signal::ctrl_c().await);
    }
}
