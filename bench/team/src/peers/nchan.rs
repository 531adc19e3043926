//! nginx with nchan, which keeps its channels in memory.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use super::{Start, Subscriber, free_port};

pub(super) fn start(folder: &Path) -> Option<Start> {
    let module = Path::new("/usr/lib/nginx/modules/ngx_nchan_module.so");
    let program = ["/usr/sbin/nginx", "/usr/bin/nginx"].into_iter().find(|path| Path::new(path).exists())?;
    let port = free_port().filter(|_| module.exists())?;
    let place = folder.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .filter(|name| matches!(**name, "client_body" | "proxy"))
        .map(|name| format!("{name}_temp_path {place}/{name};\n"))
        .collect();
    // Workers are as many as processors, which is what Debian configures.
    let config = format!(
        "load_module {};\ndaemon off;\npid {place}/pid;\nerror_log {place}/error.log;\nworker_processes auto;\n\
         worker_rlimit_nofile 20000;\nevents {{ worker_connections 12000; }}\n\
         http {{\naccess_log off;\n{temporary}tcp_nodelay on;\nkeepalive_requests 1000000;\n\
         server {{\nlisten 127.0.0.1:{port};\n\
         location = /pub/room {{ nchan_publisher; nchan_channel_id room; nchan_message_buffer_length 10; }}\n\
         location = /sub/room {{ nchan_subscriber websocket; nchan_channel_id room; nchan_subscriber_first_message newest; }}\n\
         }}\n}}\n",
        module.display()
    );
    let file = folder.join("nginx.conf");
    std::fs::write(&file, config).ok()?;
    let mut command = Command::new(program);
    command.arg("-e").arg(folder.join("error.log")).arg("-p").arg(folder).arg("-c").arg(file);
    Some((command, port))
}

pub(super) async fn subscribe(address: SocketAddr) -> anyhow::Result<Subscriber> {
    let mut subscriber = Subscriber::connect(address).await?;
    subscriber.upgrade("/sub/room", &address.to_string(), "").await?;
    Ok(subscriber)
}
