//! A time-stamp authority of the test's own, made with the `openssl` command in a folder that goes
//! away. Where the command is missing, tests say so and pass.

use std::path::PathBuf;
use std::process::{Command, Output};

use bifold_timestamp::{Request, Response, Token, TrustedCertificates};

/// What the openssl command calls the keys and the digest of an authority.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) key: &'static [&'static str],
    pub(crate) digest: &'static str,
}

pub(crate) const RSA: &[&str] = &["RSA", "-pkeyopt", "rsa_keygen_bits:2048"];
pub(crate) const P256: &[&str] = &["EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
pub(crate) const P384: &[&str] = &["EC", "-pkeyopt", "ec_paramgen_curve:P-384"];

/// The authority that tests take unless the kind matters.
pub(crate) const USUAL: Kind = Kind {
    key: P256,
    digest: "sha256",
};

/// Extensions of a signer's certificate as RFC 3161 wants them.
pub(crate) const FOR_STAMPS: &str = "extendedKeyUsage=critical,timeStamping\n\
    keyUsage=critical,digitalSignature\nsubjectKeyIdentifier=hash\n";
const FOR_AUTHORITIES: &str =
    "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\n";

/// When certificates of the tests begin and end, unless the test is about that.
pub(crate) const LONG: (&str, &str) = ("20200101000000Z", "20491231235959Z");

pub(crate) struct Authority {
    folder: tempfile::TempDir,
    kind: Kind,
}

impl Authority {
    /// A root, an authority below it, and its signer; `None`, with a notice, without openssl.
    pub(crate) fn new(kind: Kind) -> Option<Self> {
        if Command::new("openssl").arg("version").output().is_err() {
            eprintln!("SKIPPED: the openssl command is not here");
            return None;
        }
        let authority = Self {
            folder: tempfile::tempdir().unwrap(),
            kind,
        };
        authority.write("database", "");
        authority.write("serial", "01\n");
        authority.write("stamp_serial", "0123456789ABCDEF\n");
        authority.write("config", &config(kind.digest));
        authority.issue("root", "root", FOR_AUTHORITIES, LONG);
        authority.issue("between", "root", FOR_AUTHORITIES, LONG);
        authority.issue("signer", "between", FOR_STAMPS, LONG);
        Some(authority)
    }

    /// Makes a key, unless there is one, and a certificate `<name>.pem` that `issuer` signs.
    pub(crate) fn issue(&self, name: &str, issuer: &str, extensions: &str, when: (&str, &str)) {
        let (key, csr) = (format!("{name}.key"), format!("{name}.csr"));
        if !self.path(&key).exists() {
            let made = [&["genpkey", "-out", &key, "-algorithm"], self.kind.key].concat();
            self.openssl(&made);
        }
        let subject = format!("/O=Test/CN={name}");
        self.openssl(&["req", "-new", "-key", &key, "-subj", &subject, "-out", &csr]);
        self.write("extensions", extensions);
        let certificate = format!("{issuer}.pem");
        let issuer_key = format!("{issuer}.key");
        let by = if name == issuer {
            vec!["-selfsign", "-keyfile", &key]
        } else {
            vec!["-cert", &certificate, "-keyfile", &issuer_key]
        };
        let out = format!("{name}.pem");
        let args = [
            "ca",
            "-batch",
            "-config",
            "config",
            "-notext",
            "-md",
            self.kind.digest,
            "-in",
            &csr,
            "-out",
            &out,
            "-extfile",
            "extensions",
            "-startdate",
            when.0,
            "-enddate",
            when.1,
        ];
        self.openssl(&[&args[..], &by].concat());
    }

    /// The answer of `openssl ts`.
    pub(crate) fn answer(&self, request: &[u8]) -> Vec<u8> {
        std::fs::write(self.path("query"), request).unwrap();
        self.openssl(&[
            "ts",
            "-reply",
            "-config",
            "config",
            "-queryfile",
            "query",
            "-out",
            "answer",
        ]);
        self.bytes("answer")
    }

    /// A token for the request.
    pub(crate) fn token(&self, request: &Request) -> Token {
        let answer = Response::parse(&self.answer(&request.to_der())).unwrap();
        answer.into_token().unwrap()
    }

    /// A message over the statement of a genuine token, signed by `openssl cms` with the options
    /// that are given, so that it can be as odd as a test needs it.
    pub(crate) fn sign_again(&self, token: &Token, options: &[&str]) -> Vec<u8> {
        std::fs::write(self.path("token"), token.raw()).unwrap();
        self.openssl(&[
            "cms",
            "-verify",
            "-noverify",
            "-nosigs",
            "-inform",
            "DER",
            "-in",
            "token",
            "-certfile",
            "signer.pem",
            "-out",
            "statement",
        ]);
        let fixed = [
            "cms",
            "-sign",
            "-binary",
            "-nodetach",
            "-in",
            "statement",
            "-econtent_type",
            "1.2.840.113549.1.9.16.1.4",
            "-outform",
            "DER",
            "-out",
            "signed",
        ];
        self.openssl(&[&fixed[..], options].concat());
        self.bytes("signed")
    }

    /// Trust in these files.
    pub(crate) fn trust(&self, files: &[&str]) -> TrustedCertificates {
        let mut trusted = TrustedCertificates::default();
        for file in files {
            trusted.add(&self.bytes(file)).unwrap();
        }
        trusted
    }

    /// Runs the command in the folder; its output.
    pub(crate) fn openssl(&self, args: &[&str]) -> String {
        let run = self.run(args);
        let told = String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success(), "openssl {args:?}: {told}");
        String::from_utf8(run.stdout).unwrap()
    }

    /// Runs the command in the folder; whether it succeeds.
    pub(crate) fn try_openssl(&self, args: &[&str]) -> bool {
        self.run(args).status.success()
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new("openssl");
        command
            .current_dir(self.folder.path())
            .args(args)
            .output()
            .unwrap()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }
}

fn config(digest: &str) -> String {
    format!(
        "[ca]\ndefault_ca=ca_it\n[ca_it]\ndatabase=database\nserial=serial\nnew_certs_dir=.\n\
         policy=any\nunique_subject=no\n[any]\norganizationName=optional\ncommonName=supplied\n\
         [tsa]\ndefault_tsa=tsa_it\n[tsa_it]\nserial=stamp_serial\nsigner_cert=signer.pem\n\
         certs=between.pem\nsigner_key=signer.key\nsigner_digest={digest}\n\
         default_policy=1.2.3.4.1\nother_policies=1.2.3.4.5\ndigests=sha256,sha384,sha512\n\
         accuracy=secs:1,millisecs:500,microsecs:100\nclock_precision_digits=3\nordering=yes\n\
         tsa_name=yes\ness_cert_id_alg=sha256\n"
    )
}
