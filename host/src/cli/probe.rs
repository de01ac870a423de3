//! `gloss probe`: asks a running gateway whether it is ready, for images without a shell.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use super::Failure;
use super::settings::Settings;

/// Longest time the gateway may take.
const DEADLINE: Duration = Duration::from_secs(3);
const REQUEST: &[u8] = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// Succeeds if the gateway answers that it is ready.
pub(super) fn probe(settings: &Settings) -> Result<ExitCode, Failure> {
    // Who listens on all addresses is asked on its own.
    let ip = match settings.bind {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let address = SocketAddr::new(ip, settings.port);
    let answer = ask(address).map_err(|error| format!("nothing answers at {address}: {error}"))?;
    if answer.starts_with(b"HTTP/1.1 200 ") {
        Ok(ExitCode::SUCCESS)
    } else {
        Err(format!("the gateway at {address} is not ready").into())
    }
}

fn ask(address: SocketAddr) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect_timeout(&address, DEADLINE)?;
    stream.set_read_timeout(Some(DEADLINE))?;
    stream.set_write_timeout(Some(DEADLINE))?;
    stream.write_all(REQUEST)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}
