use time::{Duration, OffsetDateTime};

use super::ResponseError;
use crate::certificate::Certificate;
use crate::instant;

/// What a response must say here and now.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The ID of the request that it answers.
    pub request_id: &'a str,
    /// Where it was posted: compared as a text.
    pub acs_url: &'a str,
    /// Our name, as the provider knows it.
    pub sp_entity_id: &'a str,
    /// The provider's name: compared as a text.
    pub idp_entity_id: &'a str,
    /// Whose keys may have signed it.
    pub certificates: &'a [Certificate],
    /// The present moment.
    pub now: OffsetDateTime,
}

/// Clocks differ by no more.
const SKEW: Duration = Duration::seconds(60);

impl Expected<'_> {
    /// That now is not before a moment that is given, if one is.
    pub(super) fn has_begun(&self, moment: Option<&str>) -> Result<(), ResponseError> {
        match read(moment)? {
            Some(begins) if begins > self.now + SKEW => Err(ResponseError::Early),
            _ => Ok(()),
        }
    }

    /// That now is before a moment that is given, if one is.
    pub(super) fn has_not_ended(&self, moment: Option<&str>) -> Result<(), ResponseError> {
        match read(moment)? {
            Some(ends) if ends + SKEW <= self.now => Err(ResponseError::Expired),
            _ => Ok(()),
        }
    }
}

/// A moment in an attribute that may be missing, but not be anything else.
pub(super) fn read(moment: Option<&str>) -> Result<Option<OffsetDateTime>, ResponseError> {
    moment
        .map(|text| instant::read(text).ok_or(ResponseError::Malformed))
        .transpose()
}
