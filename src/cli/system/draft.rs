//! A file that is not complete yet. Where the system can it has no name, so that nothing is left
//! when the process is killed; elsewhere it has a name that begins with `.lambdacost-`.

use super::{Existing, exists, names, signals, worded};
use std::error::Error as _;
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::Path;
use tempfile::TempPath;

/// What `open` gives a new file; the user's mask takes off what it takes off.
#[cfg(unix)]
const MODE: u32 = 0o666;

/// A new file in the folder of the one that it becomes.
pub enum DraftFile {
    /// Without a name.
    #[cfg(target_os = "linux")]
    Nameless(File),
    /// With one.
    Named(Named<File>),
}

impl DraftFile {
    /// A new file in the folder of another, without a name where the system supports it.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn in_folder_of(target: &Path) -> anyhow::Result<Self> {
        #[cfg(target_os = "linux")]
        if let Some(file) = linux::nameless(folder_of(target)).map_err(in_folder)? {
            return Ok(Self::Nameless(file));
        }
        Self::named_beside(target)
    }

    /// A new file in the folder of another, with a name.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn named_beside(target: &Path) -> anyhow::Result<Self> {
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
    pub fn file(&self) -> &File {
        match self {
            #[cfg(target_os = "linux")]
            Self::Nameless(file) => file,
            Self::Named(named) => &named.file,
        }
    }

    /// Gives it the owner and the mode of the file that it replaces. An owner that the user may not
    /// give away is not kept, and then the bits that let others run the file as its owner neither.
    ///
    /// # Errors
    /// The mode cannot be set.
    #[cfg(unix)]
    pub fn take_after(&self, known: &Metadata) -> io::Result<()> {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
        /// Set-user-id and set-group-id.
        const AS_OWNER: u32 = 0o6000;
        let file = self.file();
        let mut permissions = known.permissions();
        let is_kept = fchown(file, Some(known.uid()), Some(known.gid())).is_ok();
        if !is_kept {
            // The group alone may be given to a group that the user is in.
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
    pub fn take_after(&self, known: &Metadata) -> io::Result<()> {
        self.file().set_permissions(known.permissions())
    }

    /// Puts it in its place.
    ///
    /// # Errors
    /// It cannot be put there.
    pub fn publish(self, target: &Path, existing: Existing) -> io::Result<()> {
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

/// Something under a name that is removed unless it is put in its place.
pub struct Named<F> {
    file: F,
    /// Taken when it is put in its place.
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

/// Lets the new name outlast a power failure. Without it the old file may come back, whole, so that
/// a system which cannot do it is no reason to fail.
fn sync_folder(folder: &Path) {
    #[cfg(unix)]
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    #[cfg(not(unix))]
    let _ = folder;
}

/// The system's own error, without the name of the temporary file, which the user did not choose.
fn unnamed(error: io::Error) -> io::Error {
    let cause = error.source().and_then(|cause| cause.downcast_ref());
    let code = cause.unwrap_or(&error).raw_os_error();
    code.map_or(error, io::Error::from_raw_os_error)
}

/// Why no file can be made in a folder.
fn in_folder(error: io::Error) -> anyhow::Error {
    let words = match error.kind() {
        io::ErrorKind::NotFound => "its folder does not exist",
        io::ErrorKind::PermissionDenied => "you may not make files in its folder",
        _ => return worded(unnamed(error)),
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

    /// Where a file without a name can be found by its descriptor.
    const DESCRIPTORS: &str = "/proc/self/fd";

    /// A file without a name; `None` where the system has none.
    pub fn nameless(folder: &Path) -> io::Result<Option<File>> {
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
        // What file systems and kernels say that do not know the flag.
        let unknown = [Errno::OPNOTSUPP, Errno::ISDIR, Errno::INVAL];
        match Errno::from_io_error(&error) {
            Some(errno) if unknown.contains(&errno) => Ok(None),
            _ => Err(error),
        }
    }

    /// Gives it the name of the target, or a name that the target's is then taken from: no call
    /// replaces a file by one without a name.
    pub fn publish(file: &File, target: &Path, existing: Existing) -> io::Result<()> {
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
