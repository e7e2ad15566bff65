// A fixed rate of requests against one URL, whatever the answers take: k6 run -e URL=http://127.0.0.1:8000/ -e RATE=1000 steady.js
import http from 'k6/http';
import { check } from 'k6';

export const options = {
  discardResponseBodies: true,
  scenarios: {
    steady: {
      executor: 'constant-arrival-rate',
      rate: Number(__ENV.RATE || 1000),
      timeUnit: '1s',
      duration: __ENV.DURATION || '30s',
      preAllocatedVUs: 50,
      maxVUs: 500,
    },
  },
  thresholds: {
    checks: ['rate>0.999'],
    http_req_duration: ['p(99)<100'],
  },
};

export default function () {
  const answer = http.get(__ENV.URL || 'http://127.0.0.1:8000/');
  check(answer, { 'is 200': (given) => given.status === 200 });
}
