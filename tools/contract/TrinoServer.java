import io.trino.server.Server;
import java.io.IOException;

/** Starts Trino and ends with its parent: the archive that has Trino's own main class is not in Maven Central. */
class TrinoServer {
    public static void main(String[] arguments) {
        Thread follow = new Thread(() -> {
            try {
                while (System.in.read() >= 0) {}
            } catch (IOException gone) {
                // as good as its end
            }
            Runtime.getRuntime().halt(1);
        });
        follow.setDaemon(true);
        follow.start();
        new Server().start(arguments[0]);
    }
}
