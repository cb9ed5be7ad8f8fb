using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Bot.Architecture.Tests;

/// <summary>What a compiled assembly refers to, read from its metadata: what the compiler really put in, without loading anything.</summary>
internal sealed class AssemblyReferences
{
    private AssemblyReferences(IReadOnlySet<string> assemblies, IReadOnlySet<string> types, IReadOnlySet<string> members) =>
        (Assemblies, Types, Members) = (assemblies, types, members);

    /// <summary>Names of the assemblies.</summary>
    public IReadOnlySet<string> Assemblies { get; }

    /// <summary>Full names of the types of other assemblies.</summary>
    public IReadOnlySet<string> Types { get; }

    /// <summary>Members of types of other assemblies, as <c>Namespace.Type.Member</c>.</summary>
    public IReadOnlySet<string> Members { get; }

    /// <summary>Reads an assembly's file.</summary>
    public static AssemblyReferences Of(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var reader = file.GetMetadataReader();
        var assemblies = reader.AssemblyReferences.Select(h => reader.GetString(reader.GetAssemblyReference(h).Name));
        var types = reader.TypeReferences.Select(h => NameOf(reader, h));
        var members = reader.MemberReferences.Select(reader.GetMemberReference)
            .Where(m => m.Parent.Kind == HandleKind.TypeReference)
            .Select(m => $"{NameOf(reader, (TypeReferenceHandle)m.Parent)}.{reader.GetString(m.Name)}");
        return new AssemblyReferences(
            assemblies.ToHashSet(StringComparer.Ordinal), types.ToHashSet(StringComparer.Ordinal), members.ToHashSet(StringComparer.Ordinal));
    }

    private static string NameOf(MetadataReader reader, TypeReferenceHandle handle)
    {
        var type = reader.GetTypeReference(handle);
        var name = reader.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{NameOf(reader, (TypeReferenceHandle)type.ResolutionScope)}+{name}"
            : $"{reader.GetString(type.Namespace)}.{name}";
    }
}
