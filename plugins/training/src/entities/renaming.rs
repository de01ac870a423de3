//! Other names for sentences that have some: what is learnt is how names stand in sentences, not only which.

use entity_recognition::labels::Kind;

use super::lists;
use crate::Failure;
use crate::data::Data;
use crate::random::Random;

/// Names that stand for all of their kind.
pub(super) struct Names {
    first: Vec<String>,
    last: Vec<String>,
    people: Vec<String>,
    organizations: Vec<String>,
    places: Vec<String>,
}

impl Names {
    pub(super) fn read(data: &mut Data) -> Result<Self, Failure> {
        let own = |list| lists::names(list).map(str::to_owned).collect::<Vec<_>>();
        let mut lines = |file: &str| -> Result<Vec<String>, Failure> {
            Ok(data.read(&format!("gazetteers/{file}"))?.lines().map(|line| line.trim().to_owned()).collect())
        };
        let mut places = own(lists::PLACES);
        places.append(&mut own(lists::TOWNS));
        Ok(Self {
            first: lines("names_smashew/first_us.txt")?,
            last: lines("names_random/last.txt")?,
            people: own(lists::PEOPLE),
            organizations: own(lists::ORGANIZATIONS),
            places,
        })
    }

    /// One of this kind. Most people have a first and a last name.
    pub(super) fn any(&self, kind: Kind, random: &mut Random) -> String {
        let mut one_of = |names: &[String]| random.choose(names).cloned().unwrap_or_default();
        match kind {
            Kind::Organization => one_of(&self.organizations),
            Kind::Location => one_of(&self.places),
            Kind::Person => {
                let (first, last, known) = (one_of(&self.first), one_of(&self.last), one_of(&self.people));
                match random.choose(&[0, 1, 2, 2, 3, 3, 3, 3]) {
                    Some(0) => first,
                    Some(1) => last,
                    Some(2) => known,
                    _ => format!("{first} {last}"),
                }
            }
        }
    }
}
