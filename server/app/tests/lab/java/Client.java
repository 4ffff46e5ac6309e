package lab.missing;

/** Compiled against, and left out of the jar. */
public class Client {
    public void connect() {
    }
}
