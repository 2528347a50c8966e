//! A real S3-compatible service, and a wire to it that can be cut.

use bifold_store::Store;
use bifold_store::blob::{BucketOptions, Credentials, EvidenceStore};
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

const BUCKET: &str = "evidence";

/// The service. One serves all tests of a program; each has a prefix of its own.
pub(crate) struct Service {
    address: String,
    /// It ends when this does, which is with the program.
    _process: Child,
}

impl Service {
    /// `None` with a notice if there is no moto here; `BIFOLD_TEST_PYTHON` names a Python with it.
    pub(crate) fn get() -> Option<&'static Self> {
        static SERVICE: OnceLock<Option<Service>> = OnceLock::new();
        let service = SERVICE.get_or_init(Self::start).as_ref();
        if service.is_none() {
            eprintln!("SKIPPED: no moto, so evidence in a bucket is not tested");
        }
        service
    }

    fn start() -> Option<Self> {
        let python = std::env::var_os("BIFOLD_TEST_PYTHON").unwrap_or_else(|| "python3".into());
        // All crates that include this file lie two folders below the repository.
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/s3/serve.py");
        let words: [OsString; 2] = [script.into(), BUCKET.into()];
        let mut process = Command::new(python)
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut port = String::new();
        let stdout = process.stdout.take()?;
        BufReader::new(stdout).read_line(&mut port).ok()?;
        let port: u16 = port.trim().parse().ok()?;
        Some(Self {
            address: format!("127.0.0.1:{port}"),
            _process: process,
        })
    }

    /// The place for evidence under a prefix nobody else has, straight or over a wire.
    pub(crate) fn place(&self, wire: Option<&Wire>) -> EvidenceStore {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let n = NEXT.fetch_add(1, Ordering::SeqCst);
        let address = wire.map_or(&self.address, |wire| &wire.address);
        EvidenceStore::Bucket(BucketOptions {
            bucket: BUCKET.to_owned(),
            prefix: format!("test-{n}"),
            endpoint: Some(format!("http://{address}")),
            region: "us-east-1".to_owned(),
            is_virtual_host: false,
            credentials: Some(Credentials {
                access_key_id: "key".to_owned(),
                secret_access_key: "secret".to_owned(),
            }),
        })
    }

    /// A wire to the service.
    pub(crate) fn wire(&self) -> Wire {
        Wire::to(self.address.clone())
    }

    /// Whether an object is there.
    pub(crate) fn has(&self, key: &str) -> bool {
        match self.ask("HEAD", key, b"") {
            200 => true,
            404 => false,
            other => panic!("HEAD {key}: {other}"),
        }
    }

    /// The head and the body of an object, as a browser gets them.
    #[allow(dead_code)] // For the tests of the server that publish.
    pub(crate) fn read(&self, key: &str) -> Option<(String, String)> {
        let mut stream = self.asked("GET", key, b"");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        head.contains(" 200 ")
            .then(|| (head.to_owned(), body.to_owned()))
    }

    /// Replaces an object behind everybody's back.
    pub(crate) fn put(&self, key: &str, bytes: &[u8]) {
        assert_eq!(self.ask("PUT", key, bytes), 200);
    }

    /// Removes an object behind everybody's back.
    pub(crate) fn delete(&self, key: &str) {
        assert_eq!(self.ask("DELETE", key, b""), 204);
    }

    /// One request as somebody; this service does not look at the signature.
    fn ask(&self, method: &str, key: &str, bytes: &[u8]) -> u16 {
        let stream = self.asked(method, key, bytes);
        let mut status = String::new();
        BufReader::new(stream).read_line(&mut status).unwrap();
        status.split(' ').nth(1).unwrap().parse().unwrap()
    }

    fn asked(&self, method: &str, key: &str, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!(
            "{method} /{BUCKET}/{key} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential=other/20260101/us-east-1/s3/aws4_request, \
             SignedHeaders=host, Signature=00\r\nConnection: close\r\n\r\n",
            self.address,
            bytes.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(bytes).unwrap();
        stream
    }
}

/// The key of a blob, from the place the store says it keeps them in.
pub(crate) fn key_of(store: &Store, sha256: &str) -> String {
    let place = store.evidence_store();
    let keys = place.strip_prefix(&format!("s3://{BUCKET}/"));
    let (prefix, _) = keys.and_then(|k| k.split_once(" at ")).unwrap();
    let (a, b) = (&sha256[..2], &sha256[2..4]);
    format!("{prefix}/blobs/sha256/{a}/{b}/{sha256}")
}

/// Passes bytes on, as long as it lets any through.
pub(crate) struct Wire {
    pub(crate) address: String,
    left: Arc<AtomicU64>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Wire {
    fn to(service: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let left = Arc::new(AtomicU64::new(u64::MAX));
        let open: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
        let wire = Self {
            address,
            left: left.clone(),
            open: open.clone(),
        };
        std::thread::spawn(move || {
            for from in listener.incoming().map_while(Result::ok) {
                // Cut: whoever comes is turned away.
                if left.load(Ordering::SeqCst) == 0 {
                    continue;
                }
                let Ok(to) = TcpStream::connect(&service) else {
                    return;
                };
                let ends = [from.try_clone().unwrap(), to.try_clone().unwrap()];
                open.lock().unwrap().extend(ends);
                let (back, forth) = (to.try_clone().unwrap(), from.try_clone().unwrap());
                std::thread::spawn(move || {
                    let _ = std::io::copy(&mut &back, &mut &forth);
                    let _ = forth.shutdown(Shutdown::Both);
                });
                let left = left.clone();
                std::thread::spawn(move || {
                    pass(&from, &to, &left);
                    let _ = to.shutdown(Shutdown::Both);
                });
            }
        });
        wire
    }

    /// Nothing goes through any more.
    pub(crate) fn cut(&self) {
        self.left.store(0, Ordering::SeqCst);
        for stream in self.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// So many more bytes go to the service, and then nothing moves.
    pub(crate) fn stall_after(&self, bytes: u64) {
        self.left.store(bytes, Ordering::SeqCst);
    }

    /// All goes through again.
    pub(crate) fn mend(&self) {
        self.left.store(u64::MAX, Ordering::SeqCst);
    }

    /// Whether it has stopped.
    pub(crate) fn is_stalled(&self) -> bool {
        self.left.load(Ordering::SeqCst) == 0
    }
}

fn pass(mut from: &TcpStream, mut to: &TcpStream, left: &AtomicU64) {
    let mut piece = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut piece) {
        let count_bytes = count as u64;
        let take = |left: u64| match left {
            u64::MAX => Some(u64::MAX),
            left => Some(left.saturating_sub(count_bytes)),
        };
        let before = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take);
        if before.is_ok_and(|before| before < count_bytes) {
            // Stands still; the connection is neither answered nor closed.
            while left.load(Ordering::SeqCst) == 0 {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            return;
        }
        if to.write_all(&piece[..count]).is_err() {
            return;
        }
    }
}
