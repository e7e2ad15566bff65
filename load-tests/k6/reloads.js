// Requests to a host that stays while somebody reloads the configuration: no request may fail.
// k6 run -e URL=http://127.0.0.1:8000/ -e HOST=stays.test reloads.js, and edit the dynamic configuration meanwhile.
import http from 'k6/http';
import ws from 'k6/ws';
import { check } from 'k6';

const url = __ENV.URL || 'http://127.0.0.1:8000/';
const headers = { Host: __ENV.HOST || 'stays.test' };
const duration = __ENV.DURATION || '60s';
const sockets = Number(__ENV.WEBSOCKETS || 0);

const scenarios = { requests: { executor: 'constant-vus', vus: 20, duration, exec: 'request' } };
if (sockets > 0) {
  // Connections that outlive reloads, where the service takes WebSockets.
  scenarios.sockets = { executor: 'constant-vus', vus: sockets, duration, exec: 'socket' };
}

export const options = {
  discardResponseBodies: true,
  scenarios,
  thresholds: { checks: ['rate==1'] },
};

export function request() {
  check(http.get(url, { headers }), { 'is 200': (answer) => answer.status === 200 });
}

export function socket() {
  const answer = ws.connect(url.replace(/^http/, 'ws'), { headers }, (connection) => {
    connection.on('open', () => connection.setInterval(() => connection.send('still there?'), 500));
    connection.setTimeout(() => connection.close(), 20000);
  });
  check(answer, { 'is upgraded': (given) => given && given.status === 101 });
}
