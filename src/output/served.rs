//! Pages that `serve` answers with beside the report: lists of messages, the way of one, a row of the log, and words where
//! there is nothing to show. No scripts; links are relative, so that they hold behind any address.

pub mod list;
pub mod record;
pub mod way;

use super::escape::html;
use super::numbers::size;
use super::trace_svg;

const PAGE: &str = include_str!("page/page.css");
const OWN: &str = include_str!("served/served.css");
/// What these pages may do: take their style from where they come from, and send a form there.
pub const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'self'";

/// The style of all of them: that of the report, of the drawing of a message, and a little of their own.
pub fn style() -> String {
    [PAGE, trace_svg::STYLE, OWN].concat().replace("\r\n", "\n")
}

/// What stands around a page.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'f> {
    /// Of the window.
    pub title: &'f str,
    /// When the logs were read; `None` if they were not.
    pub read_at: Option<&'f str>,
    /// After how many seconds a browser asks again by itself.
    pub again: Option<u32>,
}

impl Frame<'_> {
    /// The page with this between its head and its foot.
    pub fn around(&self, main: &str) -> String {
        let again = self.again.map_or(String::new(), |seconds| {
            format!("<meta http-equiv=\"refresh\" content=\"{seconds}\">\n")
        });
        let read =
            self.read_at.map_or(String::new(), |at| format!("Logs read {} (UTC). ", html(&moment(at))));
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n{again}\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
             <title>{} - mailtrail</title>\n<link rel=\"icon\" href=\"data:,\">\n\
             <link rel=\"stylesheet\" href=\"style.css\">\n</head>\n<body class=\"served\">\n\
             <a class=\"skip\" href=\"#main\">To the content</a>\n<header>\n<div class=\"brand\">\
             <span class=\"logo\" aria-hidden=\"true\"></span><b>mailtrail</b>\
             <nav aria-label=\"Pages\"><a href=\"./\">Report</a><a href=\"messages\">Messages</a></nav></div>\n</header>\n\
             <main id=\"main\" tabindex=\"-1\">\n{main}</main>\n<footer><p class=\"quiet\">{read}Made by mailtrail {}.</p></footer>\n\
             </body>\n</html>\n",
            html(self.title),
            env!("CARGO_PKG_VERSION")
        )
    }
}

/// A time without what nobody reads: `2026-03-10 07:12:01`.
fn moment(rfc: &str) -> String {
    rfc.get(..19).unwrap_or(rfc).replace('T', " ")
}

/// Something that cannot be shown, and why.
pub fn problem(title: &str, why: &str, read_at: Option<&str>) -> String {
    let main = format!("<div class=\"panel say\">\n<h1>{}</h1>\n<p>{}</p>\n</div>\n", html(title), html(why));
    Frame { title, read_at, again: None }.around(&main)
}

/// While the logs are read for the first time; the browser asks again by itself.
pub fn waiting(done: u64, total: u64) -> String {
    let share = (done * 100).checked_div(total).map_or(0, |share| share.min(99));
    let words = match total {
        0 => "The logs are being looked for.".to_owned(),
        _ => format!("{} of {} are read, {share} %.", size(done), size(total)),
    };
    let main = format!(
        "<div class=\"panel say\">\n<h1>The logs are being read</h1>\n<p>{words} This page looks again by itself.</p>\n\
         <progress max=\"100\" value=\"{share}\" aria-label=\"Logs read\">{share} %</progress>\n</div>\n"
    );
    Frame { title: "The logs are being read", read_at: None, again: Some(2) }.around(&main)
}
