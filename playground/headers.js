// A service worker, for a web server that sends not what a browser gives shared memory for: it adds the two headers to each answer.
// page.js registers it where they are missing, and loads the page anew.
"use strict";

const HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
};

self.oninstall = () => self.skipWaiting();
self.onactivate = (event) => event.waitUntil(self.clients.claim());

async function withHeaders(request) {
    const answer = await fetch(request);
    const headers = new Headers(answer.headers);
    for (const [name, value] of Object.entries(HEADERS)) {
        headers.set(name, value);
    }
    return new Response(answer.body, { status: answer.status, statusText: answer.statusText, headers });
}

self.onfetch = (event) => {
    if (new URL(event.request.url).origin === self.location.origin) {
        event.respondWith(withHeaders(event.request));
    }
};
