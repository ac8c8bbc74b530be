//! French.

use super::{Ask, Done, Over, Stopped, Time, Trouble, Words};

pub(super) static WORDS: Words = Words {
    lang: "fr",
    dir: "ltr",
    ask: Ask {
        title: "Est-ce bien vous\u{a0}?",
        again: "Votre réponse ne venait pas de cette page, ou votre navigateur n’a pas gardé son cookie. Veuillez appuyer \
                encore une fois sur le bouton.",
        adds: "Quelqu’un a demandé chez {app} d’ajouter votre adresse e-mail à un compte, et ce lien vous a été envoyé. \
               Ne continuez que si c’était vous, à l’instant.",
        confirms: "Quelqu’un a demandé chez {app} à se connecter ou à confirmer une opération, et ce lien vous a été \
                   envoyé. Ne continuez que si c’était vous, à l’instant.",
        app: "Application",
        action: "Opération",
        sent_to: "Envoyé à",
        asked: "Demandé",
        device: "Appareil",
        network: "Adresse réseau",
        yes: "Oui, c’est moi",
        no: "Non, ce n’est pas moi",
        works_until: "Le lien fonctionne une seule fois, jusqu’à {time}. L’ouvrir ne l’a pas utilisé.",
        on: "{browser} sur {os}",
    },
    time: Time {
        now: "à l’instant, à {time}",
        one: "il y a une minute, à {time}",
        two: "il y a deux minutes, à {time}",
        more: "il y a {minutes} minutes, à {time}",
    },
    done: Done {
        title: "C’est fait",
        about: "Vous pouvez revenir à la page de {app} où vous avez demandé le lien. Elle continue d’elle-même.",
        close: "Cette page peut être fermée.",
    },
    stopped: Stopped {
        title: "Bloqué",
        heading: "Merci",
        about: "Le lien est bloqué, et personne n’entre avec lui. {app} apprend que ce n’était pas vous.",
        mistake: "Quelqu’un a peut-être saisi votre adresse par erreur. Si cela se reproduit, signalez-le à {app}.",
    },
    over: Over {
        title: "Ce lien n’est plus valable",
        about: "Un lien fonctionne une seule fois, pendant dix minutes, et un plus récent le remplace.",
        after: "Si vous venez de dire oui, revenez là où vous l’avez demandé\u{a0}: la page a peut-être continué. Sinon, \
                demandez-y un autre lien.",
    },
    problem: Trouble {
        missing: [
            "Cette page n’existe pas",
            "L’adresse est incomplète, ou quelque chose y a été ajouté. Veuillez ouvrir le lien tel qu’il figure dans le \
             message.",
        ],
        misunderstood: [
            "La demande n’a pas été comprise",
            "Rien n’a été fait. Veuillez ouvrir de nouveau le lien du message, et appuyer sur l’un de ses boutons.",
        ],
        too_many: "Trop de demandes de votre réseau",
        down: "Cela ne fonctionne pas en ce moment",
        again: [
            "Rien n’est perdu\u{a0}: ouvrir un lien ne l’utilise pas. Attendez un instant et ouvrez-le de nouveau.",
            "Si vous aviez appuyé sur un bouton, ouvrez aussi le lien de nouveau. Il vous redemande, ou n’est plus \
             valable\u{a0}: revenez alors là où vous l’avez demandé, la page a peut-être continué.",
        ],
        number: "Si cela persiste, communiquez ce numéro à l’expéditeur du message\u{a0}: {id}.",
    },
};
