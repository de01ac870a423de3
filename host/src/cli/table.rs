//! Results as a table, for people: a row for each document, a column for each service.

use serde_json::Value;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Widths of columns, in terminal cells. The last one takes what it needs.
const ID_WIDTH: usize = 20;
const SERVICE_WIDTH: usize = 28;
/// Between two columns.
const GAP: &str = "  ";

/// A table that is written while rows come.
pub(super) struct Table {
    services: Vec<String>,
    has_head: bool,
}

impl Table {
    pub(super) fn new(services: Vec<String>) -> Self {
        Self { services, has_head: false }
    }

    /// The rows of some results, the first ones with the head above them.
    pub(super) fn rows(&mut self, results: &[u8]) -> String {
        let mut rows = String::new();
        if !std::mem::replace(&mut self.has_head, true) {
            let names = self.services.iter().map(String::as_str);
            rows.push_str(&row(&std::iter::once("document").chain(names).collect::<Vec<_>>()));
        }
        for line in results.split(|byte| *byte == b'\n') {
            if let Ok(result) = serde_json::from_slice::<Value>(line) {
                let cells = self.cells(&result);
                rows.push_str(&row(&cells.iter().map(String::as_str).collect::<Vec<_>>()));
            }
        }
        rows
    }

    fn cells(&self, result: &Value) -> Vec<String> {
        let id = text(result, &["id"]).unwrap_or_default().to_owned();
        if let Some(problem) = text(result, &["problem", "detail"]) {
            return vec![id, format!("! {problem}")];
        }
        let services = self.services.iter().map(|service| {
            let answered = at(result, &["services", service]).unwrap_or(&Value::Null);
            match text(answered, &["problem", "detail"]) {
                Some(problem) => format!("! {problem}"),
                None => at(answered, &["analysis"]).map(summary).unwrap_or_default(),
            }
        });
        std::iter::once(id).chain(services).collect()
    }
}

/// What stands at a path of members.
fn at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, member| value.get(member))
}

fn text<'v>(value: &'v Value, path: &[&str]) -> Option<&'v str> {
    at(value, path).and_then(Value::as_str)
}

/// What an analysis found, in a few words.
fn summary(analysis: &Value) -> String {
    match at(analysis, &["result"]) {
        Some(Value::String(label)) => match at(analysis, &["labels", label]).and_then(Value::as_f64) {
            Some(score) => format!("{label} {score:.2}"),
            None => label.clone(),
        },
        Some(Value::Array(items)) if !items.is_empty() => {
            items.iter().map(item).collect::<Vec<_>>().join(", ")
        }
        Some(Value::Array(_) | Value::Null) | None => "-".into(),
        Some(other) => other.to_string(),
    }
}

fn item(item: &Value) -> String {
    match (text(item, &["text"]), text(item, &["label"])) {
        (Some(text), Some(label)) => format!("{text} ({label})"),
        (Some(text), None) => text.to_owned(),
        _ => item.as_str().map_or_else(|| item.to_string(), str::to_owned),
    }
}

/// Cells beside each other, all but the last of a fixed width.
fn row(cells: &[&str]) -> String {
    let mut row = String::new();
    for (place, cell) in cells.iter().enumerate() {
        let width = if place == 0 { ID_WIDTH } else { SERVICE_WIDTH };
        let cell = printable(cell);
        if place + 1 == cells.len() {
            row.push_str(&cell);
        } else {
            row.push_str(&fitted(&cell, width));
            row.push_str(GAP);
        }
    }
    row.truncate(row.trim_end().len());
    row.push('\n');
    row
}

/// A text without anything that could move the cursor or colour the terminal.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A text filled up or cut to a width.
fn fitted(text: &str, width: usize) -> String {
    let whole = text.width();
    if whole <= width {
        return format!("{text}{}", " ".repeat(width - whole));
    }
    let (mut cut, mut used) = (String::new(), 0);
    for c in text.chars() {
        let more = c.width().unwrap_or_default();
        if used + more > width - 1 {
            break;
        }
        cut.push(c);
        used += more;
    }
    format!("{cut}…{}", " ".repeat(width - 1 - used))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rows_line_up_whatever_is_in_them() {
        let mut table = Table::new(vec!["sentiment-analysis".into(), "entity-recognition".into()]);
        let result = |id: &str, result: Value| {
            let found = json!([{"text": "Ada", "label": "PERSON"}, {"text": "東京", "label": "LOCATION"}]);
            let services = json!({
                "sentiment-analysis": {"analysis": {"result": result, "labels": {"positive": 0.913}}},
                "entity-recognition": {"analysis": {"result": found}}
            });
            json!({"id": id, "services": services}).to_string()
        };
        let failed = json!({"id": "3", "problem": {"detail": "This is not JSON."}}).to_string();
        let lines = [result("1", "positive".into()), result(&"東".repeat(30), "\u{1b}[31m".into()), failed];
        let rows = table.rows(lines.join("\n").as_bytes());
        let expected = [
            "document              sentiment-analysis            entity-recognition",
            "1                     positive 0.91                 Ada (PERSON), 東京 (LOCATION)",
            "東東東東東東東東東…    [31m                         Ada (PERSON), 東京 (LOCATION)",
            "3                     ! This is not JSON.",
        ];
        assert_eq!(rows.lines().collect::<Vec<_>>(), expected);
        assert_eq!(table.rows(b""), "");
    }
}
