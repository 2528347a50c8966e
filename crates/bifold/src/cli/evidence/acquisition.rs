//! How evidence was acquired, as options: the same for `collect` and `add`.

use clap::Args;

/// How an item was acquired (ISO/IEC 27037 5.4).
#[derive(Debug, Clone, Default, Args)]
pub struct Acquisition {
    /// How: what was done to get it.
    #[arg(long)]
    pub method: String,
    /// By whose order, or on which legal basis.
    #[arg(long)]
    pub authority: String,
    /// When, such as 2026-03-01T09:30:00Z; now when absent.
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// Who did it, where it was not you.
    #[arg(long, value_name = "NAME")]
    pub collector: Option<String>,
    /// What makes them able to: training, certificate, role.
    #[arg(long)]
    pub competence: Option<String>,
    /// Where.
    #[arg(long)]
    pub place: Option<String>,
    /// With which tool.
    #[arg(long)]
    pub tool: Option<String>,
    /// Which version of it.
    #[arg(long, value_name = "VERSION")]
    pub tool_version: Option<String>,
    /// What was typed.
    #[arg(long, value_name = "LINE")]
    pub command: Option<String>,
    /// Who watched.
    #[arg(long, value_name = "NAME")]
    pub witness: Option<String>,
    /// How far the source's clock was ahead of the reference, in milliseconds.
    #[arg(long, value_name = "MS", allow_negative_numbers = true)]
    pub clock_offset_ms: Option<i64>,
    /// The reference, such as ntp.example.org.
    #[arg(long, value_name = "NAME")]
    pub clock_reference: Option<String>,
    /// The source was running.
    #[arg(long)]
    pub live: bool,
    /// red, `amber_strict`, amber, green or clear.
    #[arg(long)]
    pub tlp: Option<String>,
    #[command(flatten)]
    pub physical: Physical,
}

/// What a thing one can hold looks like; all absent for bytes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Of a thing one can hold")]
pub struct Physical {
    /// How many.
    #[arg(long, value_name = "N")]
    pub quantity: Option<u32>,
    /// Who made it.
    #[arg(long)]
    pub make: Option<String>,
    /// Which model.
    #[arg(long)]
    pub model: Option<String>,
    /// Its serial number.
    #[arg(long)]
    pub serial: Option<String>,
    /// In which state it is.
    #[arg(long)]
    pub condition: Option<String>,
}
