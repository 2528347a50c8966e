//! From hand to hand: lending, offering, taking over.

use super::{Asked, active};
use crate::evidence::custody::Custody;
use crate::evidence::{Fact, Offer, Verb};
use crate::refusal::Refusal;

impl Asked<'_> {
    pub(super) fn handed(&self, verb: Verb) -> Result<Fact, Refusal> {
        match verb {
            Verb::CheckOut(out) => {
                self.must_guard()?;
                self.custody("lend out")?.kept("lend out")?;
                Ok(Fact::CheckedOut {
                    purpose: out.purpose.into(),
                    place: out.place.map(Into::into),
                    due: out.due,
                })
            }
            Verb::CheckIn(back) => {
                let custody = self.custody("bring back")?;
                let Custody::Out { to, from, .. } = custody else {
                    return Err(Refusal::WrongStage {
                        verb: "bring back",
                        stage: "not lent out",
                    });
                };
                if self.me() != from {
                    self.must_keep(to, "bringing it back")?;
                }
                Ok(Fact::CheckedIn {
                    condition: back.condition.map(Into::into),
                })
            }
            Verb::Offer(offer) => self.offered(offer),
            Verb::Accept(taken) => {
                self.is_offered_to_me("taking it over")?;
                Ok(Fact::Accepted {
                    condition: taken.condition.map(Into::into),
                })
            }
            Verb::Decline(why) => {
                self.is_offered_to_me("declining it")?;
                Ok(Fact::Declined {
                    reason: why.reason.into(),
                })
            }
            _ => {
                let custody = self.custody("take an offer back")?;
                let (by, _) = custody.offered("take an offer back")?;
                self.must_keep(by, "taking the offer back")?;
                Ok(Fact::Retracted)
            }
        }
    }

    pub(super) fn offered(&self, offer: Offer) -> Result<Fact, Refusal> {
        let keeper = self.custody("hand over")?.kept("hand over")?;
        self.must_keep(keeper, "handing it over")?;
        active(&offer.to, self.context)?;
        if offer.to == *keeper {
            return Err(Refusal::NothingToChange);
        }
        Ok(Fact::Offered {
            to: offer.to,
            reason: offer.reason.into(),
            place: offer.place.map(Into::into),
        })
    }

    pub(super) fn is_offered_to_me(&self, act: &'static str) -> Result<(), Refusal> {
        match self.custody("take over")?.offered("take over")? {
            (_, to) if to == self.me() => Ok(()),
            _ => Err(Refusal::NotTheKeeper { act }),
        }
    }
}
