// Is the service of this container alive? The image has no curl.
const port = process.env[`${process.env.SERVICE.toUpperCase()}_PORT`];

const healthy = await fetch(`http://127.0.0.1:${port}/health`).then(
  (response) => response.ok,
  () => false,
);
process.exit(healthy ? 0 : 1);
