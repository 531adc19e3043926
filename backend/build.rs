//! Puts the built dashboard into the binary: one table of the files below `web-dashboard/dist`, sorted by path. Node.js is needed to
//! make that folder, not here; without it the table is empty and the server says how to build it.

use std::fmt::Write;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web-dashboard");
    let dist = root.join("dist");
    // A folder that is not there yet cannot be watched, but the one that it will appear in can.
    let watched = if dist.is_dir() { &dist } else { &root };
    println!("cargo::rerun-if-changed={}", watched.display());
    let mut files = Vec::new();
    if dist.join("index.html").is_file() {
        collect(&dist, &mut files)?;
    }
    files.sort();
    let out = std::env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    let out = Path::new(&out);
    // Copies: the folder may be made anew while the compiler runs.
    let copies = out.join("dashboard");
    if copies.exists() {
        fs::remove_dir_all(&copies)?;
    }
    fs::create_dir_all(&copies)?;
    let mut table = String::from("static FILES: &[File] = &[\n");
    for (number, file) in files.iter().filter(|file| file.extension().is_none_or(|end| end != "br")).enumerate() {
        let below = file.strip_prefix(&dist).map_err(io::Error::other)?;
        let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
        let (path, mut hash, content) = (format!("/{}", parts.join("/")), DefaultHasher::new(), fs::read(file)?);
        content.hash(&mut hash);
        fs::write(copies.join(number.to_string()), content)?;
        let compressed = PathBuf::from(format!("{}.br", file.display()));
        let brotli = if compressed.is_file() {
            fs::copy(compressed, copies.join(format!("{number}.br")))?;
            format!("Some(include_bytes!(concat!(env!(\"OUT_DIR\"), \"/dashboard/{number}.br\")))")
        } else {
            "None".to_owned()
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            table,
            "File {{ path: {path:?}, bytes: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/dashboard/{number}\")), brotli: {brotli}, tag: {:?} }},",
            format!("\"{:016x}\"", hash.finish()),
        );
    }
    table.push_str("];\n");
    fs::write(out.join("dashboard.rs"), table)
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), into)?;
        } else {
            into.push(entry.path());
        }
    }
    Ok(())
}
