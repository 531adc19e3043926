//! What an agent may look at: the workspaces it was started for, and nothing else.

use std::path::{Component, Path, PathBuf};

/// The folders an agent may look at.
#[derive(Debug, Clone)]
pub(super) struct Roots {
    /// Canonical, at least one.
    all: Vec<PathBuf>,
}

impl Roots {
    /// From canonical folders; the first one is meant when none is named.
    pub(super) fn new(mut all: Vec<PathBuf>) -> Roots {
        let mut seen = Vec::new();
        all.retain(|root| {
            !seen.contains(root) && {
                seen.push(root.clone());
                true
            }
        });
        Roots { all }
    }

    /// All of them.
    pub(super) fn all(&self) -> &[PathBuf] {
        &self.all
    }

    /// The workspace that a name means: nothing for the only one, its path, or its folder's name.
    pub(super) fn named(&self, name: Option<&str>) -> Result<&Path, String> {
        match (name, self.all.as_slice()) {
            (None, [only]) => Ok(only),
            (None, _) => Err(format!("there are several workspaces; name one of them: {}", self.listed())),
            (Some(name), all) => {
                let is_meant = |root: &&PathBuf| {
                    root.as_path() == Path::new(name) || root.file_name().is_some_and(|own| own == name)
                };
                let found = all.iter().find(is_meant).map(PathBuf::as_path);
                found.ok_or_else(|| format!("`{name}` is no open workspace; there are: {}", self.listed()))
            }
        }
    }

    fn listed(&self) -> String {
        self.all.iter().map(|root| root.display().to_string()).collect::<Vec<_>>().join(", ")
    }

    /// The workspace of a path and the path in it. Symbolic links are followed first, so that none leads out.
    pub(super) fn inside(&self, root: &Path, path: &str) -> Result<(PathBuf, String), String> {
        let asked = Path::new(path);
        // Refused before the file system is asked, so that an answer never tells what exists elsewhere.
        let refused = || format!("{path} is outside of the open workspaces ({})", self.listed());
        let full = root.join(asked);
        let climbs = full.components().any(|part| part == Component::ParentDir);
        if climbs || !self.all.iter().any(|root| full.starts_with(root)) {
            return Err(refused());
        }
        let real = full.canonicalize().map_err(|error| format!("{path} cannot be read: {error}"))?;
        // The innermost, where one workspace lies in another.
        let holds = self.all.iter().filter(|root| real.starts_with(root)).max_by_key(|root| root.as_os_str().len());
        let root = holds.ok_or_else(refused)?;
        let inner = real.strip_prefix(root).map_err(|_| refused())?;
        let parts: Option<Vec<&str>> = inner.components().map(|part| part.as_os_str().to_str()).collect();
        match parts {
            Some(parts) if !parts.is_empty() => Ok((root.clone(), parts.join("/"))),
            _ => Err(format!("{path} is no file")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Disk {
        _base: tempfile::TempDir,
        roots: Roots,
        root: PathBuf,
        outside: PathBuf,
    }

    fn disk() -> Disk {
        let base = tempfile::tempdir().unwrap();
        let real = base.path().canonicalize().unwrap();
        let (root, outside) = (real.join("open"), real.join("secret"));
        for folder in [&root, &outside] {
            std::fs::create_dir_all(folder.join("src")).unwrap();
            std::fs::write(folder.join("src/a.rs"), "fn a() {}").unwrap();
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&outside, root.join("link")).unwrap();
            std::os::unix::fs::symlink(root.join("src"), root.join("within")).unwrap();
        }
        Disk { _base: base, roots: Roots::new(vec![root.clone(), root.clone()]), root, outside }
    }

    #[test]
    fn a_file_of_the_workspace_is_found_by_either_kind_of_path() {
        let disk = disk();
        let inside = |path: &str| disk.roots.inside(&disk.root, path).unwrap().1;
        assert_eq!(inside("src/a.rs"), "src/a.rs");
        assert_eq!(inside(&disk.root.join("src/a.rs").display().to_string()), "src/a.rs");
        #[cfg(unix)]
        assert_eq!(inside("within/a.rs"), "src/a.rs");
    }

    #[test]
    fn nothing_leads_out_of_the_workspace() {
        let disk = disk();
        let secret = disk.outside.join("src/a.rs").display().to_string();
        for path in ["../secret/src/a.rs", "src/../../secret/src/a.rs", "/etc/passwd", "link/src/a.rs", &secret] {
            let error = disk.roots.inside(&disk.root, path).unwrap_err();
            assert!(error.contains("outside of the open workspaces"), "{path}: {error}");
        }
        // Whether a file exists elsewhere is told to nobody.
        let absent = disk.roots.inside(&disk.root, "../secret/nothing").unwrap_err();
        assert!(absent.contains("outside of the open workspaces"), "{absent}");
    }

    #[test]
    fn a_workspace_is_named_by_path_or_folder_and_need_not_be_when_it_is_the_only_one() {
        let disk = disk();
        assert_eq!(disk.roots.named(None).unwrap(), disk.root);
        assert_eq!(disk.roots.named(Some("open")).unwrap(), disk.root);
        assert!(disk.roots.named(Some("secret")).unwrap_err().contains("is no open workspace"));
        assert!(disk.roots.named(Some("/")).is_err());
        let two = Roots::new(vec![disk.root.clone(), disk.outside.clone()]);
        assert!(two.named(None).unwrap_err().starts_with("there are several workspaces"));
        assert_eq!(two.named(Some("secret")).unwrap(), disk.outside);
    }
}
