import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { PodExecRefusedError } from "../../../migration/kubernetes/errors.ts";
import { PodCommandError, runInPod, textFromPod } from "../../../migration/kubernetes/pod-exec.ts";
import { failure, startFakeExecServer, success, type FakeExecServer } from "./fake-exec-server.ts";

const request = { namespace: "storage", pod: "a-pod", container: "etcd", command: ["cat", "/a file & more"] };

describe("a command in a pod", () => {
  let server: FakeExecServer;
  before(async () => (server = await startFakeExecServer()));
  after(() => server.stop());

  it("is asked for word by word, and gives its output", async () => {
    let asked: URL | undefined;
    server.serve = (command) => {
      asked = command.url;
      command.send(1, "");
      command.send(1, "hello ");
      command.send(2, "a warning");
      command.send(1, "world");
      command.send(3, success);
      command.close();
    };
    assert.equal(await textFromPod(server.cluster, request), "hello world");
    assert.equal(asked?.pathname, "/api/v1/namespaces/storage/pods/a-pod/exec");
    assert.deepEqual(asked.searchParams.getAll("command"), ["cat", "/a file & more"]);
    assert.deepEqual(
      ["container", "stdout", "stderr", "stdin"].map((name) => asked?.searchParams.get(name)),
      ["etcd", "true", "true", null],
    );
  });

  it("loses nothing of the output that its exit status has overtaken", async () => {
    server.serve = (command) => {
      command.send(3, success);
      setTimeout(() => {
        command.send(1, "late");
        command.close();
      }, 50);
    };
    assert.equal(await textFromPod(server.cluster, request), "late");
  });

  it("fails with its exit code and its last words", async () => {
    server.serve = (command) => {
      command.send(1, "half of ");
      command.send(2, "cat: can't open '/a file & more': No such file or directory\n");
      command.send(3, failure(1));
      command.close();
    };
    await assert.rejects(textFromPod(server.cluster, request), (error) => {
      assert.ok(error instanceof PodCommandError);
      assert.equal(error.exitCode, 1);
      assert.equal(
        error.message,
        "cat in pod a-pod of namespace storage ended with exit code 1 (cat: can't open '/a file & more': No such file or directory).",
      );
      return true;
    });
  });

  it("that can't be started fails with the reason", async () => {
    server.serve = (command) => {
      command.send(3, JSON.stringify({ status: "Failure", message: "executable file not found in $PATH" }));
      command.close();
    };
    const message = "cat in pod a-pod of namespace storage could not be run: executable file not found in $PATH.";
    await assert.rejects(textFromPod(server.cluster, request), { message });
  });

  it("has not ended well when its connection is lost", async () => {
    server.serve = (command) => {
      command.send(1, "half");
      setTimeout(() => command.socket.destroy(), 50);
    };
    await assert.rejects(textFromPod(server.cluster, request), /did not end: the connection was closed/);
  });

  it("has not ended well when nothing comes any more", async () => {
    server.serve = (command) => {
      command.send(1, "half");
    };
    await assert.rejects(textFromPod(server.cluster, request, { silenceSeconds: 0.1 }), /was silent for 0.1 s/);
  });

  it("that may not be run says which permission is missing", async () => {
    server.refuseWith = 403;
    await assert.rejects(textFromPod(server.cluster, request), (error) => {
      assert.ok(error instanceof PodExecRefusedError);
      assert.match(error.message, /pods\/exec in namespace storage/);
      return true;
    });
    server.refuseWith = 404;
    await assert.rejects(textFromPod(server.cluster, request), /pod a-pod: .*404/);
    server.refuseWith = undefined;
  });

  it("is ended by whoever stops reading, and by an interruption", async () => {
    const closed: Promise<unknown>[] = [];
    server.serve = (command) => {
      closed.push(once(command.socket, "close"));
      command.send(1, "first");
    };
    for await (const piece of runInPod(server.cluster, request)) {
      assert.equal(piece.toString(), "first");
      break;
    }
    const interruption = new AbortController();
    setTimeout(() => {
      interruption.abort(new Error("^C"));
    }, 50);
    await assert.rejects(textFromPod(server.cluster, request, { interruption: interruption.signal }), /\^C/);
    await Promise.all(closed);
    assert.equal(closed.length, 2);
  });

  it("is sent no faster than it is read, whole", async () => {
    const piece = Buffer.alloc(256 * 1024, 7);
    const pieces = 256;
    let sent = 0;
    server.serve = (command) => {
      const send = (): void => {
        while (sent < pieces) {
          sent += 1;
          if (!command.send(1, piece)) {
            command.socket.once("drain", send);
            return;
          }
        }
        command.send(3, success);
        command.close();
      };
      send();
    };
    let bytes = 0;
    for await (const read of runInPod(server.cluster, request, { silenceSeconds: 0.2 })) {
      if (bytes === 0) {
        await sleep(500);
        assert.ok(sent < pieces, "the server had to wait");
      }
      bytes += read.length;
    }
    assert.equal(bytes, pieces * piece.length);
  });
});
