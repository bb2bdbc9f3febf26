package carafe;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** The drawing of the house: three floors, three shelves on the top one, imports go down only. */
class HouseTest {
    private static final JavaClasses CARAFE = new ClassFileImporter()
            .withImportOption(place -> !place.contains("test-classes"))
            .importPackages("carafe");

    @Test
    void floorsImportDownwardsOnly() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("roof")
                .definedBy("carafe")
                .layer("feature")
                .definedBy("carafe.feature..")
                .layer("engine")
                .definedBy("carafe.engine..")
                .layer("platform")
                .definedBy("carafe.platform..")
                .whereLayer("roof")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("feature")
                .mayOnlyBeAccessedByLayers("roof")
                .whereLayer("engine")
                .mayOnlyBeAccessedByLayers("roof", "feature")
                .check(CARAFE);
    }

    @Test
    void shelvesImportDownwardsOnlyAndNeighboursNever() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .withOptionalLayers(true)
                .layer("chats")
                .definedBy("carafe.feature.chats..")
                .layer("localchat")
                .definedBy("carafe.feature.localchat..")
                .layer("gateway")
                .definedBy("carafe.feature.gateway..")
                .layer("proxy")
                .definedBy("carafe.feature.proxy..")
                .layer("courses")
                .definedBy("carafe.feature.courses..")
                .layer("workflows")
                .definedBy("carafe.feature.workflows..")
                .layer("web")
                .definedBy("carafe.feature.web..")
                .layer("prompts")
                .definedBy("carafe.feature.prompts..")
                .layer("evaluations")
                .definedBy("carafe.feature.evaluations..")
                .layer("absent")
                .definedBy("carafe.feature.absent..")
                .layer("middle")
                .definedBy("carafe.feature.code..", "carafe.feature.tools..", "carafe.feature.knowledge..")
                .layer("bottom")
                .definedBy("carafe.feature.accounts..", "carafe.feature.models..", "carafe.feature.files..")
                .whereLayer("chats")
                .mayOnlyBeAccessedByLayers("localchat")
                .whereLayer("localchat")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("gateway")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("proxy")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("courses")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("workflows")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("web")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("prompts")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("evaluations")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("absent")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("bottom")
                .mayNotAccessAnyLayer()
                .check(CARAFE);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("carafe.(*.*)..").should().beFreeOfCycles().check(CARAFE);
    }

    @Test
    void onlyTheDatabasePackageTouchesConnectionsAndStatements() {
        noClasses()
                .that()
                .resideOutsideOfPackage("carafe.platform.db..")
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.sql\\.(Connection|PreparedStatement|Statement|DriverManager)")
                .check(CARAFE);
    }

    @Test
    void enginesAndStoresKnowNoHttpServer() {
        noClasses()
                .that()
                .resideInAPackage("carafe.engine..")
                .or()
                .haveSimpleNameEndingWith("Store")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.javalin..", "org.eclipse.jetty..", "jakarta.servlet..")
                .check(CARAFE);
    }

    @Test
    void onlyModelsAndTheProxyCallUpstreams() {
        noClasses()
                .that()
                .resideInAPackage("carafe.feature..")
                .and()
                .resideOutsideOfPackages("carafe.feature.models..", "carafe.feature.proxy..")
                .should()
                .dependOnClassesThat()
                .haveNameMatching(
                        "carafe\\.engine\\.llm\\.(Upstreams|Exchange|Calls|anthropic\\..*|ollama\\..*|openai\\..*|local\\..*)")
                .check(CARAFE);
    }

    @Test
    void nobodyReadsTheClockOfTheMachineButTheRoof() {
        noClasses()
                .that()
                .resideInAPackage("carafe.(feature|platform|engine)..")
                .should()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .check(CARAFE);
    }

    @Test
    void classesAreFinalUnlessSealedOrInterfaces() {
        classes()
                .that()
                .areTopLevelClasses()
                .and()
                .areNotInterfaces()
                .and()
                .areNotEnums()
                .and()
                .areNotRecords()
                .and()
                .doNotHaveSimpleName("Problem")
                .and()
                .doNotHaveSimpleName("package-info")
                .should()
                .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.FINAL)
                .check(CARAFE);
    }
}
