//! The same server started anew with another key in front of its ring.

use countersign_domain::Countersign;
use countersign_domain::ring::KeyRing;
use countersign_domain::secret;
use serde_json::{Value, json};

use super::{TestApp, serve};

impl TestApp {
    /// Puts a new key in front of the key file and starts again, as an operator does who rotates keys. Database, clock and inbox
    /// stay; what was made with the key before has to open still.
    pub async fn rotate_key(&mut self) {
        let path = self.folder.join("keys.json");
        let text = std::fs::read_to_string(&path).expect("the key file is readable");
        let mut file: Value = serde_json::from_str(&text).expect("the key file is JSON");
        let new = json!({
            "id": secret::base64url(&secret::random::<6>()),
            "secret": secret::base64url(&secret::random::<32>()),
        });
        file["keys"].as_array_mut().expect("a ring is a list").insert(0, new);
        std::fs::write(&path, file.to_string()).expect("the key file is writable");
        let clock = self.countersign.clock().clone();
        let ring = KeyRing::for_database(&self.db, &path, clock.now()).await.expect("the ring is taken");
        self.serving.abort();
        let product = Countersign::new(self.db.clone(), ring, clock, &self.options);
        self.countersign = product.expect("the options are good");
        (self.url, self.serving) = serve(&self.countersign, self.limits).await;
        self.tenant = self.tenant.at(&self.url);
    }
}
