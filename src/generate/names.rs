//! Words that names, addresses and subjects are made of.

use fastrand::Rng;

const FIRST: [&str; 32] = [
    "anna", "ben", "carla", "dora", "emil", "fatima", "greta", "hugo", "ida", "jonas", "kim", "lena", "mia",
    "noah", "oskar", "petra", "quentin", "rosa", "sven", "tomasz", "ulla", "viktor", "wanda", "xenia",
    "yusuf", "zoe", "alice", "boris", "chiara", "david", "elif", "frank",
];

const LAST: [&str; 32] = [
    "adler", "bauer", "costa", "dietz", "engel", "fuchs", "garcia", "horn", "ito", "jansen", "keller",
    "lange", "moreau", "novak", "olsen", "peters", "quist", "rossi", "sommer", "tanaka", "ulrich", "vogel",
    "weber", "xu", "yilmaz", "zimmer", "berg", "clausen", "dubois", "eriksen", "fischer", "gruber",
];

const COMPANY: [&str; 5] = ["adatum", "northwind", "tailspin", "wingtip", "litware"];

const GROUP: [&str; 8] =
    ["sales", "all-berlin", "project", "management", "support", "works-council", "it", "warehouse"];

const SUBJECT: [&str; 40] = [
    "Minutes of Monday",
    "Re: Minutes of Monday",
    "Offer 4711",
    "Invoice",
    "AW: Termin am Dienstag",
    "Grüße aus Köln",
    "Réunion de lundi, salle \"Vosges\"",
    "Lunch?",
    "Fwd: Delivery date; please confirm",
    "Project plan (rev. B)",
    "Server room temperature",
    "Ключи от склада",
    "会議の資料",
    "تأكيد الموعد",
    "Holiday rota, summer",
    "Re: Re: Re: printer on floor 3",
    "Order confirmation",
    "Your parcel is on its way 📦",
    "Contract, signed",
    "Quote, request for",
    "=SUM(A1:A9)",
    "#1 priority",
    "100 % off; today only",
    "Weekly report",
    "Build failed",
    "Build passed",
    "Password expires in 3 days",
    "Welcome!",
    "Timesheet",
    "Travel expenses",
    "Budget 2026, final",
    "Budget 2026, final, really",
    "Question",
    "Photos",
    "Newsletter",
    "Canteen menu",
    "Parking permit",
    "Security advisory",
    "2026-03-02T09:00:00.000Z,backup finished",
    "\"quoted\"",
];

/// One of several; the first if there is none.
pub(super) fn pick<'a>(rng: &mut Rng, list: &[&'a str]) -> &'a str {
    let n = rng.u32(0..(list.len() as u32).max(1)) as usize;
    list.get(n).copied().unwrap_or_default()
}

fn nth<'a>(list: &[&'a str], n: usize) -> &'a str {
    list.get(n % list.len().max(1)).copied().unwrap_or_default()
}

/// The local part of a person's address; no two are the same.
pub(super) fn person(n: usize) -> String {
    let (first, last) = (nth(&FIRST, n), nth(&LAST, n / FIRST.len() + n * 7));
    match n / (FIRST.len() * LAST.len()) {
        0 if n < 32 => format!("{first}.{last}"),
        _ => format!("{first}.{last}{n}"),
    }
}

/// Any local part.
pub(super) fn somebody(rng: &mut Rng) -> String {
    format!("{}.{}", pick(rng, &FIRST), pick(rng, &LAST))
}

/// A company.
pub(super) fn company(n: usize) -> &'static str {
    nth(&COMPANY, n)
}

/// The name of a group.
pub(super) fn group(n: usize) -> &'static str {
    nth(&GROUP, n)
}

/// What a message is about.
pub(super) fn subject(rng: &mut Rng) -> String {
    let text = pick(rng, &SUBJECT);
    if rng.u32(0..3) == 0 { format!("{text} {}", rng.u32(100..9_999)) } else { text.to_owned() }
}
