//! Texts of people as markup. What they write is `CommonMark`; what comes out holds no style, no
//! script, no image and no attribute that a module of ours reads.

use ammonia::Builder;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

static CLEAN: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from([
            "p",
            "br",
            "em",
            "strong",
            "del",
            "code",
            "pre",
            "blockquote",
            "ul",
            "ol",
            "li",
            "a",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
        ]))
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href"])),
            ("ol", HashSet::from(["start"])),
        ]))
        .clean_content_tags(HashSet::from(["script", "style"]))
        .url_schemes(HashSet::from(["https", "http", "mailto", "tel"]))
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"));
    builder
});

/// The text as HTML that may stand in a page.
pub(crate) fn html(text: &str) -> String {
    let mut options = comrak::Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.render.hardbreaks = true;
    options.render.escape = true;
    let html = comrak::markdown_to_html(text, &options);
    // Headings of a text stand below those of the page.
    let html = html.replace("<h1>", "<h3>").replace("</h1>", "</h3>");
    let html = html.replace("<h2>", "<h4>").replace("</h2>", "</h4>");
    CLEAN.clean(&html).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_markup_stays() {
        assert_eq!(
            html("a **b** `c`"),
            "<p>a <strong>b</strong> <code>c</code></p>\n"
        );
        assert!(html("https://example.org/x").contains("rel=\"noopener noreferrer nofollow\""));
        assert_eq!(html("# Big"), "<h3>Big</h3>\n");
    }

    #[test]
    fn nothing_that_acts_comes_through() {
        for text in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[x](javascript:alert(1))",
            "![x](https://example.org/track.png)",
            "<b-live src=/settings></b-live>",
            "<a href=\"/sign-out\" data-key=\"e\">x</a>",
            "<style>body{display:none}</style>",
        ] {
            let html = html(text);
            // What is left of a tag is text; only what stands in tags can act.
            let tags = html.split('<').skip(1).filter_map(|t| t.split('>').next());
            for tag in tags {
                let name = tag.trim_start_matches('/').split(' ').next().unwrap();
                assert!(matches!(name, "p" | "a" | "br"), "{text}: {html}");
                assert!(
                    !tag.contains("javascript") && !tag.contains("data-"),
                    "{text}: {html}"
                );
            }
        }
    }
}
