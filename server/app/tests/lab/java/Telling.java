package lab.probe;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceConnector;

/** Fails at its start and tells its own secrets in the exception, as careless plugins do. */
public class Telling extends SourceConnector {
    @Override
    public void start(Map<String, String> config) {
        Exception cause = new IllegalStateException(
                "login as " + config.get("account") + " with " + config.get("passphrase") + " was refused");
        throw new ConnectException("cannot open " + config.get("endpoint") + "; config was " + config, cause);
    }

    @Override
    public ConfigDef config() {
        return new ConfigDef()
                .define("account", ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, "Who signs in.")
                .define("passphrase", ConfigDef.Type.PASSWORD, ConfigDef.Importance.HIGH, "With what.")
                .define("endpoint", ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, "Where.");
    }

    @Override
    public Class<? extends Task> taskClass() {
        return null;
    }

    @Override
    public List<Map<String, String>> taskConfigs(int maxTasks) {
        return List.of();
    }

    @Override
    public void stop() {
    }

    @Override
    public String version() {
        return "1.2.3";
    }
}
