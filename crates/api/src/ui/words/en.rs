//! English.

use super::{Ask, Done, Over, Stopped, Time, Trouble, Words};

pub(super) static WORDS: Words = Words {
    lang: "en",
    dir: "ltr",
    ask: Ask {
        title: "Is this you?",
        again: "Your answer did not come from this page, or your browser did not keep its cookie. Please press the \
                button once more.",
        adds: "Somebody at {app} asked to add your e-mail address to an account, and this link was sent to you. Go on \
               only if that was you, just now.",
        confirms: "Somebody at {app} asked to sign in or confirm something, and this link was sent to you. Go on only \
                   if that was you, just now.",
        app: "App",
        action: "Action",
        sent_to: "Sent to",
        asked: "Asked",
        device: "Device",
        network: "Network address",
        yes: "Yes, that is me",
        no: "No, that is not me",
        works_until: "The link works once, until {time}. Opening it has not used it.",
        on: "{browser} on {os}",
    },
    time: Time {
        now: "just now, at {time}",
        one: "a minute ago, at {time}",
        two: "two minutes ago, at {time}",
        more: "{minutes} minutes ago, at {time}",
    },
    done: Done {
        title: "Done",
        about: "You can go back to the page of {app} where you asked for the link. It goes on by itself.",
        close: "This page can be closed.",
    },
    stopped: Stopped {
        title: "Stopped",
        heading: "Thank you",
        about: "The link is stopped, and nobody gets in with it. {app} is told that it was not you.",
        mistake: "Somebody may have typed your address by mistake. If it happens again, tell {app}.",
    },
    over: Over {
        title: "This link is over",
        about: "A link works once, for ten minutes, and a newer one takes its place.",
        after: "If you have just said yes, go back to where you asked: it may have gone on. Else ask for another link \
                there.",
    },
    problem: Trouble {
        missing: [
            "There is no such page",
            "The address is not complete, or has something added. Please open the link as it stands in the message.",
        ],
        misunderstood: [
            "This was not understood",
            "Nothing was done. Please open the link from the message again, and press one of its buttons.",
        ],
        too_many: "Too many requests from your network",
        down: "This does not work right now",
        again: [
            "Nothing is lost: opening a link does not use it. Wait a moment and open it again.",
            "If you had pressed a button, open the link again too. It asks once more, or says that it is over: then go \
             back to where you asked, which may have gone on.",
        ],
        number: "If it stays like this, tell whoever sent you here this number: {id}.",
    },
};
