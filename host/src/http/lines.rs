//! Lines of a body, read as they come and within bounds.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;

/// A line that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineError {
    /// It is longer than a line may be; the next one begins after it.
    TooLong,
    /// The body broke off. Nothing comes after it.
    Broken,
}

/// A body's lines, ended by LF or CR LF or the body's end. Empty ones are passed over.
pub(super) struct Lines {
    body: Body,
    read: BytesMut,
    /// How much of `read` is known to hold no end of a line.
    searched: usize,
    limit_bytes: usize,
    /// Whether a line that was too long has not ended yet.
    skipping: bool,
    ended: bool,
}

impl Lines {
    pub(super) fn new(body: Body, limit_bytes: usize) -> Self {
        let read = BytesMut::new();
        Self { body, read, searched: 0, limit_bytes, skipping: false, ended: false }
    }

    /// The next line. Whoever stops waiting for it loses nothing.
    pub(super) async fn next(&mut self) -> Option<Result<Bytes, LineError>> {
        loop {
            if let Some(line) = self.take_line() {
                if let Some(line) = self.judge(&line) {
                    return Some(line);
                }
                continue;
            }
            if self.read.len() > self.limit_bytes {
                self.read.clear();
                self.searched = 0;
                if !std::mem::replace(&mut self.skipping, true) {
                    return Some(Err(LineError::TooLong));
                }
            }
            if self.ended {
                let last = self.read.split().freeze();
                self.searched = 0;
                return if last.is_empty() { None } else { self.judge(&last) };
            }
            match self.body.frame().await {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.read.extend_from_slice(&data);
                    }
                }
                Some(Err(_)) => {
                    (self.ended, self.skipping) = (true, false);
                    self.read.clear();
                    self.searched = 0;
                    return Some(Err(LineError::Broken));
                }
                None => self.ended = true,
            }
        }
    }

    /// What has been read up to the next end of a line.
    fn take_line(&mut self) -> Option<Bytes> {
        let unsearched = self.read.get(self.searched..).unwrap_or_default();
        match memchr::memchr(b'\n', unsearched) {
            Some(at) => {
                let line = self.read.split_to(self.searched + at + 1).freeze();
                self.searched = 0;
                Some(line)
            }
            None => {
                self.searched = self.read.len();
                None
            }
        }
    }

    /// A line without its end; none if there is nothing in it, or it is the rest of one that was too long.
    fn judge(&mut self, line: &Bytes) -> Option<Result<Bytes, LineError>> {
        if std::mem::take(&mut self.skipping) {
            return None;
        }
        if line.strip_suffix(b"\n").unwrap_or(line).len() > self.limit_bytes {
            return Some(Err(LineError::TooLong));
        }
        let content = line.trim_ascii();
        (!content.is_empty()).then(|| Ok(line.slice_ref(content)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::StreamBody;
    use hyper::body::Frame;
    use proptest::prelude::*;

    fn body(pieces: Vec<Vec<u8>>) -> Body {
        let frames = pieces.into_iter().map(|piece| Ok::<_, std::io::Error>(Frame::data(Bytes::from(piece))));
        Body::new(StreamBody::new(futures_util::stream::iter(frames)))
    }

    fn lines(pieces: Vec<Vec<u8>>, limit_bytes: usize) -> Vec<Result<Vec<u8>, LineError>> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut lines = Lines::new(body(pieces), limit_bytes);
            let mut read = Vec::new();
            while let Some(line) = lines.next().await {
                read.push(line.map(|line| line.to_vec()));
            }
            read
        })
    }

    #[test]
    fn lines_end_in_three_ways_and_empty_ones_are_none() {
        let read = lines(vec![b"a\r\n\n  \n b\nc".to_vec()], 10);
        assert_eq!(read, [Ok(b"a".to_vec()), Ok(b"b".to_vec()), Ok(b"c".to_vec())]);
        assert_eq!(lines(vec![], 10), []);
        assert_eq!(lines(vec![b"\n\n".to_vec()], 10), []);
    }

    #[test]
    fn one_that_is_too_long_is_told_once_and_the_next_is_read() {
        let long = b"x".repeat(11);
        let pieces = vec![b"a\n".to_vec(), long.clone(), long.clone(), b"y\nb\n".to_vec(), long];
        let too_long = Err(LineError::TooLong);
        assert_eq!(lines(pieces, 10), [Ok(b"a".to_vec()), too_long.clone(), Ok(b"b".to_vec()), too_long]);
    }

    #[test]
    fn a_body_that_breaks_off_says_so_and_ends() {
        let frames = [Ok(Frame::data(Bytes::from_static(b"a\nhalf"))), Err(std::io::Error::other("gone"))];
        let body = Body::new(StreamBody::new(futures_util::stream::iter(frames)));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut lines = Lines::new(body, 10);
            assert_eq!(lines.next().await, Some(Ok(Bytes::from_static(b"a"))));
            assert_eq!(lines.next().await, Some(Err(LineError::Broken)));
            assert_eq!(lines.next().await, None);
        });
    }

    proptest! {
        #[test]
        fn how_a_body_is_cut_does_not_matter(
            text in "[ab \r\n]{0,60}",
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        ) {
            let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
            places.extend([0, text.len()]);
            places.sort_unstable();
            let pieces = places.windows(2).map(|pair| text.as_bytes()[pair[0]..pair[1]].to_vec()).collect();
            let by_hand: Vec<_> = text
                .split('\n')
                .filter(|line| line.len() > 8 || !line.trim_ascii().is_empty())
                .map(|line| match line.len() {
                    0..=8 => Ok(line.trim_ascii().as_bytes().to_vec()),
                    _ => Err(LineError::TooLong),
                })
                .collect();
            prop_assert_eq!(lines(pieces, 8), by_hand);
        }
    }
}
