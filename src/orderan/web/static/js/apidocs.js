// The interactive API page. Only our own host is asked; the key typed in stays in this page.
const root = document.getElementById("api-docs");
window.SwaggerUIBundle({
  url: root.dataset.document,
  domNode: root,
  validatorUrl: null,
  deepLinking: true,
  persistAuthorization: false,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
});
