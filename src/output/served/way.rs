//! The way of a message, as `trace` draws it, with each row a link to itself.

use std::io;

use super::super::escape::{html, url};
use super::super::lanes::Picture;
use super::super::trace_html::article;
use super::Frame;
use crate::model::finding::Evidence;

/// Where a row is shown.
pub fn address(at: &Evidence) -> Option<String> {
    let known = at.line > 0 && !at.file.is_empty();
    known.then(|| format!("record?file={}&line={}&offset={}", url(&at.file), at.line, at.offset))
}

/// The page of some messages that are called alike, with sentences below. `json` is where their rows of `routes` are.
pub fn page(pictures: &[Picture], notes: &[String], json: &str, read_at: &str) -> io::Result<String> {
    let mut main = b"<div class=\"panel way\">\n".to_vec();
    let link = |at: &Evidence| address(at).map(|address| html(&address));
    for (number, picture) in (1..).zip(pictures) {
        article(picture, number, &link, &mut main)?;
    }
    main.extend_from_slice(b"</div>\n");
    let mut main = String::from_utf8_lossy(&main).into_owned();
    for note in notes {
        main.push_str(&format!("<p class=\"under quiet\">{}</p>\n", html(note)));
    }
    main.push_str(&format!("<p class=\"under quiet\"><a href=\"{}\">The same as JSON</a></p>\n", html(json)));
    let title = pictures.first().map_or("Message", |picture| picture.title.as_str());
    Ok(Frame { title: &format!("Way of {title}"), read_at: Some(read_at), again: None }.around(&main))
}
