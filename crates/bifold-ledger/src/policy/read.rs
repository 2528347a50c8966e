//! Reading a policy, a line at a time: each line may only speak of what stands above it.

use std::collections::{BTreeMap, BTreeSet};

use super::{MAX_NAMES, Party, Policy, PolicyError, Rule};
use crate::cosignature::WitnessKey;
use crate::note::Verifier;
use crate::tree::parse_decimal;

/// The quorum that needs nobody. It is nobody's name.
const NONE: &str = "none";

#[derive(Default)]
struct Reader<'a> {
    logs: Vec<Party<Verifier>>,
    witnesses: Vec<Party<WitnessKey>>,
    rules: BTreeMap<&'a str, Rule>,
    members: BTreeSet<&'a str>,
    quorum: Option<(&'a str, Rule)>,
}

pub(super) fn read(text: &str) -> Result<Policy, PolicyError> {
    let mut reader = Reader::default();
    for (index, line) in text.split_terminator('\n').enumerate() {
        let line_error = |why| PolicyError::Line {
            line: index + 1,
            why,
        };
        reader.line(line).map_err(line_error)?;
    }
    let (quorum, rule) = reader.quorum.ok_or(PolicyError::NoQuorum)?;
    Ok(Policy {
        logs: reader.logs,
        witnesses: reader.witnesses,
        quorum: quorum.to_owned(),
        rule,
    })
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: &'a str) -> Result<(), String> {
        if line
            .bytes()
            .any(|byte| byte != b'\t' && (byte < 0x20 || byte == 0x7f))
        {
            return Err("it holds control characters; only tab and newline are allowed".into());
        }
        // Spaces of Unicode are letters of a name here, as the draft says.
        let items = line.split([' ', '\t']).filter(|item| !item.is_empty());
        let items: Vec<&str> = items.collect();
        match items.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with('#') => Ok(()),
            ["log", vkey] => self.log(vkey, None),
            ["log", vkey, url] => self.log(vkey, Some(url)),
            ["witness", name, vkey] => self.witness(name, vkey, None),
            ["witness", name, vkey, url] => self.witness(name, vkey, Some(url)),
            ["group", name, needed, members @ ..] => self.group(name, needed, members),
            ["quorum", name] => self.quorum(name),
            _ => Err(
                "it is none of `log VKEY [URL]`, `witness NAME VKEY [URL]`, \
                 `group NAME all|any|K MEMBER…` and `quorum NAME`"
                    .into(),
            ),
        }
    }

    fn log(&mut self, vkey: &str, url: Option<&str>) -> Result<(), String> {
        let key: Verifier = vkey.parse().map_err(|error| format!("{error}"))?;
        if self.logs.iter().any(|log| log.key.public() == key.public()) {
            return Err(format!("the key of `{}` stands above already", key.name()));
        }
        if self.logs.len() == MAX_NAMES {
            return Err(format!("a policy has at most {MAX_NAMES} logs"));
        }
        let url = url.map(str::to_owned);
        self.logs.push(Party { key, url });
        Ok(())
    }

    fn witness(&mut self, name: &'a str, vkey: &str, url: Option<&str>) -> Result<(), String> {
        let key: WitnessKey = vkey.parse().map_err(|error| format!("{error}"))?;
        let same = |known: &Party<WitnessKey>| known.key.public() == key.public();
        if self.witnesses.iter().any(same) {
            return Err(format!("the key of `{name}` stands above already"));
        }
        self.define(name, Rule::Witness(self.witnesses.len()))?;
        let url = url.map(str::to_owned);
        self.witnesses.push(Party { key, url });
        Ok(())
    }

    fn group(&mut self, name: &'a str, needed: &str, names: &[&'a str]) -> Result<(), String> {
        let needed = match needed {
            "all" => Some(names.len()),
            "any" => Some(1),
            number => parse_decimal(number).and_then(|number| usize::try_from(number).ok()),
        };
        let needed = needed.filter(|needed| (1..=names.len()).contains(needed));
        let needed =
            needed.ok_or("a group needs `all`, `any` or 1 to as many as it has members")?;
        let mut members = Vec::new();
        for member in names {
            members.push(self.rule(member)?);
            if !self.members.insert(member) {
                return Err(format!("`{member}` is a member of a group already"));
            }
        }
        self.define(name, Rule::Group { needed, members })
    }

    fn quorum(&mut self, name: &'a str) -> Result<(), String> {
        if self.quorum.is_some() {
            return Err("there is a quorum already; a policy has one".into());
        }
        let rule = if name == NONE {
            let members = Vec::new();
            Rule::Group { needed: 0, members }
        } else {
            self.rule(name)?
        };
        self.quorum = Some((name, rule));
        Ok(())
    }

    fn rule(&self, name: &str) -> Result<Rule, String> {
        let rule = self.rules.get(name).cloned();
        rule.ok_or_else(|| format!("`{name}` is not defined above"))
    }

    fn define(&mut self, name: &'a str, rule: Rule) -> Result<(), String> {
        if name == NONE {
            return Err("`none` is a name of the format; choose another".into());
        }
        if self.rules.len() == MAX_NAMES {
            return Err(format!("a policy has at most {MAX_NAMES} names"));
        }
        match self.rules.insert(name, rule) {
            None => Ok(()),
            Some(_) => Err(format!("the name `{name}` is taken; choose another")),
        }
    }
}
