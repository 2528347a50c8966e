//! Colours that people can tell from their ground, in light, in dark and on paper.

use crate::{rendered, shop, text};
use std::collections::BTreeMap;

/// Relative luminance (WCAG 2.2) of a colour such as `#18202a`.
fn luminance(colour: &str) -> f64 {
    let part = |n: usize| {
        let value = u8::from_str_radix(&colour[n..n + 2], 16).unwrap();
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The tokens of each `:root`: light, dark, print.
fn palettes(style: &str) -> Vec<BTreeMap<&str, &str>> {
    let roots = style.split(":root {").skip(1);
    let roots = roots.map(|rest| rest.split('}').next().unwrap());
    let tokens = |root: &'static str| -> BTreeMap<&str, &str> {
        let lines = root
            .split(';')
            .filter_map(|line| line.trim().split_once(": "));
        lines.filter(|(name, _)| name.starts_with("--")).collect()
    };
    roots
        .map(|root| tokens(Box::leak(root.to_owned().into_boxed_str())))
        .collect()
}

#[test]
fn text_has_four_and_a_half_to_one_and_bars_have_three() {
    let style: &'static str = Box::leak(text(&rendered(&shop()), "style.css").into_boxed_str());
    let palettes = palettes(style);
    assert_eq!(palettes.len(), 3);
    for palette in &palettes {
        let on = |ink: &str, ground: &str, least: f64| {
            let (ink, ground) = (palette[ink], palette[ground]);
            let found = contrast(ink, ground);
            assert!(found >= least, "{ink} on {ground}: {found:.2}");
        };
        for ground in [
            "--page",
            "--surface",
            "--soft0",
            "--soft1",
            "--soft2",
            "--soft3",
            "--soft4",
        ] {
            on("--text", ground, 4.5);
            on("--muted", ground, 4.5);
        }
        for ink in ["--s0", "--s1", "--s2", "--s3", "--s4", "--accent"] {
            on(ink, "--surface", 4.5);
            on(ink, "--page", 4.5);
        }
        for (n, soft) in ["--soft0", "--soft1", "--soft2", "--soft3", "--soft4"]
            .iter()
            .enumerate()
        {
            on(&format!("--b{n}"), "--surface", 3.0);
            on(&format!("--b{n}"), soft, 2.5);
        }
    }
}

#[test]
fn the_badge_has_letters_that_stand_out() {
    let mut page = shop();
    page.incidents.clear();
    page.maintenances.clear();
    for page in [shop(), page] {
        let badge = text(&rendered(&page), "badge.svg");
        let fills = badge
            .split("fill=\"#")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap());
        for fill in fills.filter(|fill| fill.len() == 6) {
            assert!(contrast("#ffffff", &format!("#{fill}")) >= 4.5, "{fill}");
        }
    }
}
