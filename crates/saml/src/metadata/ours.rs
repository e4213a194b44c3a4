use crate::xml::{escaped, names};

/// Our own metadata, for the provider's admin: who we are, and where responses go (SAMLMeta 2.4.4).
pub fn ours(sp_entity_id: &str, acs_url: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <md:EntityDescriptor xmlns:md=\"{}\" entityID=\"{}\">\n  \
         <md:SPSSODescriptor AuthnRequestsSigned=\"false\" WantAssertionsSigned=\"true\" \
         protocolSupportEnumeration=\"{}\">\n    \
         <md:NameIDFormat>{}</md:NameIDFormat>\n    \
         <md:NameIDFormat>{}</md:NameIDFormat>\n    \
         <md:AssertionConsumerService Binding=\"{}\" Location=\"{}\" index=\"0\" isDefault=\"true\"/>\n  \
         </md:SPSSODescriptor>\n\
         </md:EntityDescriptor>\n",
        names::METADATA,
        escaped(sp_entity_id),
        names::PROTOCOL,
        names::PERSISTENT,
        names::EMAIL,
        names::POST,
        escaped(acs_url),
    )
}
