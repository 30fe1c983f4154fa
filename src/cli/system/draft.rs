//! A file that is not complete yet. If the operating system supports it, the file has no name, so
//! nothing is left when the process is killed. Otherwise its name begins with `.lambdacost-`.

use super::{Existing, exists, names, signals, with_advice};
use std::error::Error as _;
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::Path;
use tempfile::TempPath;

/// The mode that `open` gives a new file, before the user's umask.
#[cfg(unix)]
const MODE: u32 = 0o666;

/// A new file in the folder of its target.
pub(crate) enum DraftFile {
    /// Without a name.
    #[cfg(target_os = "linux")]
    Nameless(File),
    /// With a temporary name.
    Named(Named<File>),
}

impl DraftFile {
    /// A new file in the folder of the target, without a name if the system supports it.
    ///
    /// # Errors
    /// It cannot be created.
    pub(crate) fn in_folder_of(target: &Path) -> anyhow::Result<Self> {
        #[cfg(target_os = "linux")]
        if let Some(file) = linux::nameless(folder_of(target)).map_err(in_folder)? {
            return Ok(Self::Nameless(file));
        }
        Self::named_in_folder_of(target)
    }

    /// A new file with a temporary name in the folder of the target.
    ///
    /// # Errors
    /// It cannot be created.
    pub(crate) fn named_in_folder_of(target: &Path) -> anyhow::Result<Self> {
        let folder = folder_of(target);
        let named = Named::make(folder, |name| {
            let mut options = OpenOptions::new();
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, MODE);
            options.read(true).write(true).create_new(true).open(name)
        });
        named.map(Self::Named).map_err(in_folder)
    }

    /// The file to write to.
    pub(crate) fn file(&self) -> &File {
        match self {
            #[cfg(target_os = "linux")]
            Self::Nameless(file) => file,
            Self::Named(named) => &named.file,
        }
    }

    /// Gives it the owner and mode of the file that it replaces. If the user may not set the owner,
    /// the set-user-id and set-group-id bits are not set either.
    ///
    /// # Errors
    /// The mode cannot be set.
    #[cfg(unix)]
    pub(crate) fn copy_permissions(&self, known: &Metadata) -> io::Result<()> {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
        /// Set-user-id and set-group-id.
        const AS_OWNER: u32 = 0o6000;
        let file = self.file();
        let mut permissions = known.permissions();
        let is_kept = fchown(file, Some(known.uid()), Some(known.gid())).is_ok();
        if !is_kept {
            // A user may set the group to a group that the user belongs to.
            let _ = fchown(file, None, Some(known.gid()));
            permissions.set_mode(permissions.mode() & !AS_OWNER);
        }
        file.set_permissions(permissions)
    }

    /// Gives it the permissions of the file that it replaces.
    ///
    /// # Errors
    /// They cannot be set.
    #[cfg(not(unix))]
    pub(crate) fn copy_permissions(&self, known: &Metadata) -> io::Result<()> {
        self.file().set_permissions(known.permissions())
    }

    /// Moves it to the target.
    ///
    /// # Errors
    /// It cannot be moved.
    pub(crate) fn publish(self, target: &Path, existing: Existing) -> io::Result<()> {
        let published = match self {
            #[cfg(target_os = "linux")]
            Self::Nameless(file) => linux::publish(&file, target, existing),
            Self::Named(named) => named.publish(target, existing),
        };
        if published.is_ok() {
            sync_folder(folder_of(target));
        }
        published
    }
}

/// A file with a temporary name. It is removed unless it is moved to its target.
pub(crate) struct Named<F> {
    file: F,
    /// `None` after the file was moved to its target.
    path: Option<TempPath>,
}

impl<F> Named<F> {
    fn make(folder: &Path, make: impl Fn(&Path) -> io::Result<F>) -> io::Result<Self> {
        signals::watch();
        let mut builder = tempfile::Builder::new();
        let builder = builder.prefix(".lambdacost-");
        let made = builder.make_in(folder, |name| names::make(name, || make(name)))?;
        let (file, path) = made.into_parts();
        Ok(Self {
            file,
            path: Some(path),
        })
    }

    fn publish(mut self, target: &Path, existing: Existing) -> io::Result<()> {
        let Some(path) = self.path.take() else {
            return Ok(());
        };
        let name = path.to_path_buf();
        let published = names::settle(&name, || match existing {
            Existing::Replace => path.persist(target),
            Existing::Keep => path.persist_noclobber(target),
        });
        published.map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => exists(),
            _ => unnamed(error.error),
        })
    }
}

impl<F> Drop for Named<F> {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            let name = path.to_path_buf();
            names::settle(&name, || drop(path));
        }
    }
}

/// The folder of a file.
fn folder_of(target: &Path) -> &Path {
    let folder = target.parent();
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// Makes the new name durable across a power failure. An error is ignored: without this, only the
/// complete old file could come back.
fn sync_folder(folder: &Path) {
    #[cfg(unix)]
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    #[cfg(not(unix))]
    let _ = folder;
}

/// The operating system's error without the temporary name, which the user did not choose.
fn unnamed(error: io::Error) -> io::Error {
    let cause = error.source().and_then(|cause| cause.downcast_ref());
    let code = cause.unwrap_or(&error).raw_os_error();
    code.map_or(error, io::Error::from_raw_os_error)
}

/// Why a file cannot be created in a folder.
fn in_folder(error: io::Error) -> anyhow::Error {
    let words = match error.kind() {
        io::ErrorKind::NotFound => "its folder does not exist",
        io::ErrorKind::PermissionDenied => "you may not make files in its folder",
        _ => return with_advice(unnamed(error)),
    };
    anyhow::Error::new(unnamed(error)).context(words)
}

#[cfg(target_os = "linux")]
mod linux {
    use super::{Existing, MODE, Named, exists};
    use rustix::fs::{AtFlags, CWD, OFlags, linkat};
    use rustix::io::Errno;
    use std::fs::{File, OpenOptions};
    use std::io::{self, ErrorKind};
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::OpenOptionsExt;
    use std::path::Path;

    /// The path of a file without a name, by its descriptor.
    const DESCRIPTORS: &str = "/proc/self/fd";

    /// A file without a name; `None` if the system does not support it.
    pub(crate) fn nameless(folder: &Path) -> io::Result<Option<File>> {
        if !Path::new(DESCRIPTORS).exists() {
            return Ok(None);
        }
        let mut options = OpenOptions::new();
        let flags = OFlags::TMPFILE.bits().cast_signed();
        let options = options
            .read(true)
            .write(true)
            .mode(MODE)
            .custom_flags(flags);
        let error = match options.open(folder) {
            Ok(file) => return Ok(Some(file)),
            Err(error) => error,
        };
        // The errors of file systems and kernels that do not know the flag.
        let unknown = [Errno::OPNOTSUPP, Errno::ISDIR, Errno::INVAL];
        match Errno::from_io_error(&error) {
            Some(errno) if unknown.contains(&errno) => Ok(None),
            _ => Err(error),
        }
    }

    /// Gives the file the name of the target. To replace a target, it first gets a temporary name
    /// and is then renamed, because no system call replaces a file by one without a name.
    pub(crate) fn publish(file: &File, target: &Path, existing: Existing) -> io::Result<()> {
        match link(file, target) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            published => return published,
        }
        if existing == Existing::Keep {
            return Err(exists());
        }
        let named = Named::make(super::folder_of(target), |name| link(file, name));
        named.map_err(super::unnamed)?.publish(target, existing)
    }

    fn link(file: &File, name: &Path) -> io::Result<()> {
        let descriptor = Path::new(DESCRIPTORS).join(file.as_raw_fd().to_string());
        Ok(linkat(
            CWD,
            &descriptor,
            CWD,
            name,
            AtFlags::SYMLINK_FOLLOW,
        )?)
    }
}
