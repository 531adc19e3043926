/** Tells when the server has a newer dashboard than the one that runs here: the document's tag is then another. */
import { useEffect } from "react";
import { toast } from "@/shared/ui/toast";

const EVERY = 5 * 60_000;

async function tag(): Promise<string | null> {
  try {
    const response = await fetch("/", { method: "HEAD", cache: "no-cache", headers: { accept: "text/html" } });
    return response.ok ? response.headers.get("etag") : null;
  } catch {
    return null;
  }
}

export function useNewVersion(): void {
  useEffect(() => {
    let first: string | null | undefined;
    let told = false;
    const look = async () => {
      const now = await tag();
      if (now === null) return;
      first ??= now;
      if (now === first || told) return;
      told = true;
      toast("The server was updated. Reload to get the new dashboard; what you are writing is kept.", {
        stays: true,
        action: { label: "Reload", run: () => location.reload() },
      });
    };
    void look();
    const timer = setInterval(() => void look(), EVERY);
    addEventListener("online", look);
    return () => {
      clearInterval(timer);
      removeEventListener("online", look);
    };
  }, []);
}
