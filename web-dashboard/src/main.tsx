import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/app.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { makeRouter } from "./app/router";
import { Refused } from "./shared/api/client";
import { Announcer, Toasts } from "./shared/ui/toast";
import { Gate } from "./features/login/gate";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // A refusal stays one; a server that cannot be reached may come back.
      retry: (count, error) => !(error instanceof Refused && error.status < 500) && count < 5,
      refetchOnWindowFocus: true,
    },
  },
});

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={makeRouter(client)} />
      <Gate />
      <Toasts />
      <Announcer />
    </QueryClientProvider>
  </StrictMode>,
);
