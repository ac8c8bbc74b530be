//! Spanish.

use super::{Ask, Done, Over, Stopped, Time, Trouble, Words};

pub(super) static WORDS: Words = Words {
    lang: "es",
    dir: "ltr",
    ask: Ask {
        title: "¿Eres tú?",
        again: "Tu respuesta no vino de esta página, o tu navegador no guardó la cookie. Pulsa el botón otra vez.",
        adds: "Alguien pidió en {app} añadir tu dirección de correo a una cuenta, y se te envió este enlace. Sigue solo si \
               fuiste tú, ahora mismo.",
        confirms: "Alguien pidió en {app} iniciar sesión o confirmar algo, y se te envió este enlace. Sigue solo si fuiste \
                   tú, ahora mismo.",
        app: "Aplicación",
        action: "Operación",
        sent_to: "Enviado a",
        asked: "Solicitado",
        device: "Dispositivo",
        network: "Dirección de red",
        yes: "Sí, soy yo",
        no: "No, no soy yo",
        works_until: "El enlace sirve una sola vez, hasta las {time}. Abrirlo no lo ha gastado.",
        on: "{browser} en {os}",
    },
    time: Time {
        now: "ahora mismo, a las {time}",
        one: "hace un minuto, a las {time}",
        two: "hace dos minutos, a las {time}",
        more: "hace {minutes} minutos, a las {time}",
    },
    done: Done {
        title: "Listo",
        about: "Puedes volver a la página de {app} donde pediste el enlace. Continúa por sí sola.",
        close: "Esta página se puede cerrar.",
    },
    stopped: Stopped {
        title: "Bloqueado",
        heading: "Gracias",
        about: "El enlace está bloqueado y nadie entra con él. Avisamos a {app} de que no fuiste tú.",
        mistake: "Puede que alguien escribiera tu dirección por error. Si vuelve a ocurrir, avisa a {app}.",
    },
    over: Over {
        title: "Este enlace ya no sirve",
        about: "Un enlace sirve una sola vez, durante diez minutos, y uno más nuevo lo reemplaza.",
        after: "Si acabas de decir que sí, vuelve a donde lo pediste: puede que ya haya continuado. Si no, pide allí otro \
                enlace.",
    },
    problem: Trouble {
        missing: [
            "Esta página no existe",
            "La dirección está incompleta o tiene algo añadido. Abre el enlace tal como está en el mensaje.",
        ],
        misunderstood: [
            "No se entendió la solicitud",
            "No se hizo nada. Abre otra vez el enlace del mensaje y pulsa uno de sus botones.",
        ],
        too_many: "Demasiadas solicitudes desde tu red",
        down: "Esto no funciona en este momento",
        again: [
            "No se ha perdido nada: abrir un enlace no lo gasta. Espera un momento y ábrelo otra vez.",
            "Si habías pulsado un botón, abre también el enlace otra vez. Volverá a preguntar o dirá que ya no sirve: \
             entonces vuelve a donde lo pediste, puede que ya haya continuado.",
        ],
        number: "Si sigue así, da este número a quien te envió el mensaje: {id}.",
    },
};
