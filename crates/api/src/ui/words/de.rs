//! German.

use super::{Ask, Done, Over, Stopped, Time, Trouble, Words};

pub(super) static WORDS: Words = Words {
    lang: "de",
    dir: "ltr",
    ask: Ask {
        title: "Sind Sie das?",
        again: "Ihre Antwort kam nicht von dieser Seite, oder Ihr Browser hat deren Cookie nicht behalten. Bitte drücken \
                Sie noch einmal auf die Schaltfläche.",
        adds: "Jemand möchte bei {app} Ihre E-Mail-Adresse zu einem Konto hinzufügen und hat diesen Link an Sie \
               schicken lassen. Fahren Sie nur fort, wenn Sie das eben selbst waren.",
        confirms: "Jemand möchte sich bei {app} anmelden oder etwas bestätigen und hat diesen Link an Sie schicken \
                   lassen. Fahren Sie nur fort, wenn Sie das eben selbst waren.",
        app: "Anwendung",
        action: "Vorgang",
        sent_to: "Geschickt an",
        asked: "Angefordert",
        device: "Gerät",
        network: "Netzwerkadresse",
        yes: "Ja, das bin ich",
        no: "Nein, das bin ich nicht",
        works_until: "Der Link gilt einmal, bis {time}. Durch das Öffnen ist er nicht verbraucht.",
        on: "{browser} unter {os}",
    },
    time: Time {
        now: "gerade eben, um {time}",
        one: "vor einer Minute, um {time}",
        two: "vor zwei Minuten, um {time}",
        more: "vor {minutes} Minuten, um {time}",
    },
    done: Done {
        title: "Fertig",
        about: "Sie können zu der Seite von {app} zurückkehren, auf der Sie den Link angefordert haben. Dort geht es \
                von selbst weiter.",
        close: "Diese Seite kann geschlossen werden.",
    },
    stopped: Stopped {
        title: "Gestoppt",
        heading: "Danke",
        about: "Der Link ist gesperrt, niemand kommt mit ihm hinein. {app} erfährt, dass Sie es nicht waren.",
        mistake: "Vielleicht hat jemand Ihre Adresse aus Versehen eingegeben. Sollte es wieder vorkommen, sagen Sie \
                  {app} Bescheid.",
    },
    over: Over {
        title: "Dieser Link gilt nicht mehr",
        about: "Ein Link gilt einmal und zehn Minuten lang; ein neuerer tritt an seine Stelle.",
        after: "Wenn Sie eben Ja gesagt haben, gehen Sie dorthin zurück, wo Sie ihn angefordert haben: Vielleicht ging \
                es dort schon weiter. Sonst fordern Sie dort einen neuen Link an.",
    },
    problem: Trouble {
        missing: [
            "Diese Seite gibt es nicht",
            "Die Adresse ist unvollständig, oder es wurde etwas angehängt. Bitte öffnen Sie den Link so, wie er in der \
             Nachricht steht.",
        ],
        misunderstood: [
            "Das wurde nicht verstanden",
            "Es ist nichts geschehen. Bitte öffnen Sie den Link aus der Nachricht noch einmal, und drücken Sie auf eine \
             der beiden Schaltflächen.",
        ],
        too_many: "Zu viele Anfragen aus Ihrem Netzwerk",
        down: "Das geht gerade nicht",
        again: [
            "Es ist nichts verloren: Das Öffnen verbraucht einen Link nicht. Warten Sie einen Moment, und öffnen Sie \
             ihn noch einmal.",
            "Auch wenn Sie schon auf eine Schaltfläche gedrückt haben, öffnen Sie den Link noch einmal. Er fragt erneut, \
             oder er gilt nicht mehr: Dann gehen Sie dorthin zurück, wo Sie ihn angefordert haben. Vielleicht ging es \
             dort schon weiter.",
        ],
        number: "Wenn es dabei bleibt, nennen Sie dem Absender der Nachricht diese Nummer: {id}.",
    },
};
